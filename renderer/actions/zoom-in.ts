import { zoomBy } from '#renderer/canvas/navigator.ts';
import { commandAction } from './action.ts';

export const zoomIn = commandAction({
  name: 'zoom-in',
  label: 'Zoom in',
  group: 'View',
  shortcuts: ['+'],
  when: ({ view }) => view === 'canvas',
  perform: () => zoomBy('in'),
});
