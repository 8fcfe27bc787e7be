import { togglePanel } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const toggleRunPanel = commandAction({
  name: 'toggle-run-panel',
  label: 'Show or hide the charts',
  group: 'View',
  shortcuts: ['Mod+J'],
  words: ['bottom', 'panel', 'results'],
  everywhere: true,
  perform: () => togglePanel('run'),
});
