import { downstream } from '#shared/document/graph.ts';
import { select } from '#renderer/store/interface.ts';
import { commandAction, hasNodes } from './action.ts';

export const selectDownstream = commandAction({
  name: 'select-downstream',
  label: 'Select downstream',
  group: 'Select',
  shortcuts: [']'],
  words: ['after', 'outputs'],
  when: hasNodes,
  perform: ({ document, selection }) =>
    select([...new Set([...selection.nodes, ...downstream(document, selection.nodes)])]),
});
