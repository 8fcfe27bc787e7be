import { undo } from '#renderer/store/document.ts';
import { commandAction } from './action.ts';

export const undoAction = commandAction({
  name: 'undo',
  label: 'Undo',
  group: 'Edit',
  shortcuts: ['Mod+Z'],
  when: ({ canUndo }) => canUndo,
  perform: () => undo(),
});
