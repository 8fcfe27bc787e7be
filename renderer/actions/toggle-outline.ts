import { useInterface } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const toggleOutline = commandAction({
  name: 'toggle-outline',
  label: 'Outline instead of canvas',
  group: 'View',
  shortcuts: ['Mod+Shift+O'],
  words: ['tree', 'list', 'screen reader'],
  everywhere: true,
  when: ({ view }) => view !== 'start',
  perform: ({ view }) => useInterface.setState({ view: view === 'outline' ? 'canvas' : 'outline' }),
});
