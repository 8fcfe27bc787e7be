import { openAddDialog } from './add-dialog.ts';
import { commandAction, mayEdit } from './action.ts';

export const addNodeAction = commandAction({
  name: 'add-node',
  label: 'Add node…',
  group: 'Edit',
  shortcuts: ['A'],
  words: ['create', 'insert', 'new'],
  when: mayEdit,
  perform: () => openAddDialog(),
});
