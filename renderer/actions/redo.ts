import { redo } from '#renderer/store/document.ts';
import { commandAction } from './action.ts';

export const redoAction = commandAction({
  name: 'redo',
  label: 'Redo',
  group: 'Edit',
  shortcuts: ['Mod+Shift+Z', 'Mod+Y'],
  when: ({ canRedo }) => canRedo,
  perform: () => redo(),
});
