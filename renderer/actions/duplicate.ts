import { duplicate } from '#shared/document/clipboard.ts';
import { editAction, hasNodes, mayEdit } from './action.ts';

export const duplicateAction = editAction({
  name: 'duplicate',
  label: 'Duplicate',
  group: 'Edit',
  shortcuts: ['Mod+D'],
  when: (situation) => mayEdit(situation) && hasNodes(situation),
  edit: ({ document, selection }) => {
    const copied = duplicate(document, selection.nodes);
    return { document: copied.document, selection: copied.ids };
  },
});
