import { disconnect, removeNodes } from '#shared/document/edits.ts';
import { wireId } from '#shared/document/model.ts';
import { editAction, hasSelection, mayEdit } from './action.ts';

export const deleteSelection = editAction({
  name: 'delete',
  label: 'Delete',
  group: 'Edit',
  shortcuts: ['Delete', 'Backspace'],
  words: ['remove'],
  when: (situation) => mayEdit(situation) && hasSelection(situation),
  edit: ({ document, selection }) => {
    const chosen = new Set(selection.wires);
    return {
      document: disconnect(
        removeNodes(document, selection.nodes),
        document.wires.filter((wire) => chosen.has(wireId(wire))),
      ),
      selection: [],
    };
  },
});
