import { resetZoom } from '#renderer/canvas/navigator.ts';
import { commandAction } from './action.ts';

export const resetZoomAction = commandAction({
  name: 'reset-zoom',
  label: 'Zoom to 100 %',
  group: 'View',
  shortcuts: ['0'],
  words: ['actual size'],
  when: ({ view }) => view === 'canvas',
  perform: () => resetZoom(),
});
