import { fit } from '#renderer/canvas/navigator.ts';
import { commandAction } from './action.ts';

export const fitAll = commandAction({
  name: 'fit-all',
  label: 'Look at everything',
  group: 'View',
  shortcuts: ['1'],
  words: ['fit', 'zoom'],
  when: ({ view }) => view === 'canvas',
  perform: () => fit(),
});
