import { useInterface } from '#renderer/store/interface.ts';
import { commandAction, hasNodes, mayEdit } from './action.ts';

export const renameNode = commandAction({
  name: 'rename-node',
  label: 'Rename',
  group: 'Edit',
  shortcuts: ['F2'],
  words: ['title'],
  when: (situation) => mayEdit(situation) && hasNodes(situation),
  perform: ({ selection }) => useInterface.setState({ renaming: selection.nodes.at(-1) }),
});
