import { removeAndHeal } from '#shared/document/edits.ts';
import { editAction, hasNodes, mayEdit } from './action.ts';

export const deleteAndJoin = editAction({
  name: 'delete-and-join',
  label: 'Delete and join its wires',
  group: 'Edit',
  shortcuts: ['Mod+Delete', 'Mod+Backspace'],
  words: ['remove', 'heal'],
  when: (situation) => mayEdit(situation) && hasNodes(situation),
  edit: ({ document, selection }) => ({ document: removeAndHeal(document, selection.nodes), selection: [] }),
});
