import { fit } from '#renderer/canvas/navigator.ts';
import { commandAction } from './action.ts';

export const fitSelection = commandAction({
  name: 'fit-selection',
  label: 'Look at the selection',
  group: 'View',
  shortcuts: ['F'],
  words: ['fit', 'zoom', 'frame'],
  when: ({ view }) => view === 'canvas',
  perform: ({ selection }) => fit(selection.nodes),
});
