import { openDialog } from '#renderer/store/interface.ts';
import { commandAction, hasNodes, mayEdit } from './action.ts';

export const connectNode = commandAction({
  name: 'connect-node',
  label: 'Connect…',
  group: 'Edit',
  shortcuts: ['C'],
  words: ['wire', 'link', 'join'],
  when: (situation) => mayEdit(situation) && hasNodes(situation),
  perform: ({ selection }) => {
    const node = selection.nodes.at(-1);
    if (node !== undefined) openDialog({ type: 'connect', node });
  },
});
