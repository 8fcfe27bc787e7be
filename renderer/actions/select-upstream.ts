import { upstream } from '#shared/document/graph.ts';
import { select } from '#renderer/store/interface.ts';
import { commandAction, hasNodes } from './action.ts';

export const selectUpstream = commandAction({
  name: 'select-upstream',
  label: 'Select upstream',
  group: 'Select',
  shortcuts: ['['],
  words: ['before', 'inputs'],
  when: hasNodes,
  perform: ({ document, selection }) =>
    select([...new Set([...selection.nodes, ...upstream(document, selection.nodes)])]),
});
