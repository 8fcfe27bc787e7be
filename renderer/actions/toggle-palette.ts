import { togglePanel } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const togglePalette = commandAction({
  name: 'toggle-palette',
  label: 'Show or hide the palette',
  group: 'View',
  shortcuts: ['Mod+B'],
  words: ['left', 'panel', 'sidebar'],
  everywhere: true,
  perform: () => togglePanel('palette'),
});
