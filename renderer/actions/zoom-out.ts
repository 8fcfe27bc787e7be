import { zoomBy } from '#renderer/canvas/navigator.ts';
import { commandAction } from './action.ts';

export const zoomOut = commandAction({
  name: 'zoom-out',
  label: 'Zoom out',
  group: 'View',
  shortcuts: ['-'],
  when: ({ view }) => view === 'canvas',
  perform: () => zoomBy('out'),
});
