import { togglePanel } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const toggleInspector = commandAction({
  name: 'toggle-inspector',
  label: 'Show or hide the inspector',
  group: 'View',
  shortcuts: ['Mod+I'],
  words: ['right', 'panel', 'settings'],
  everywhere: true,
  perform: () => togglePanel('inspector'),
});
