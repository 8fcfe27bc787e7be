import { useInterface } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const toggleLock = commandAction({
  name: 'toggle-lock',
  label: 'Lock the canvas',
  group: 'Arrange',
  shortcuts: ['L'],
  words: ['unlock', 'freeze'],
  when: ({ view }) => view === 'canvas',
  perform: () => useInterface.setState(({ locked }) => ({ locked: !locked })),
});
