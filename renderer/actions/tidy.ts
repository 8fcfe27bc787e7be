import { moveNodes } from '#shared/document/edits.ts';
import { tidyPositions } from '#renderer/canvas/layout.ts';
import { fit, heightOf } from '#renderer/canvas/navigator.ts';
import { edit } from '#renderer/store/document.ts';
import { commandAction, mayEdit } from './action.ts';

export const tidy = commandAction({
  name: 'tidy',
  label: 'Tidy up',
  group: 'Arrange',
  shortcuts: ['Shift+L'],
  words: ['auto layout', 'arrange', 'clean'],
  when: (situation) => mayEdit(situation) && situation.document.nodes.length > 1,
  perform: async ({ document, selection }) => {
    const ids = new Set(selection.nodes.length > 1 ? selection.nodes : document.nodes.map(({ id }) => id));
    const positions = await tidyPositions(document, ids, heightOf);
    edit((current) => moveNodes(current, positions));
    window.requestAnimationFrame(() => fit());
  },
});
