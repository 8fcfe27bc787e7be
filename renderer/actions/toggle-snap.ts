import { useInterface } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const toggleSnap = commandAction({
  name: 'toggle-snap',
  label: 'Snap to grid',
  group: 'Arrange',
  shortcuts: ['G'],
  when: ({ view }) => view === 'canvas',
  perform: () => useInterface.setState(({ snap }) => ({ snap: !snap })),
});
