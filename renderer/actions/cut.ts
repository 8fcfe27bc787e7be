import { copy } from '#shared/document/clipboard.ts';
import { removeNodes } from '#shared/document/edits.ts';
import { edit } from '#renderer/store/document.ts';
import { select } from '#renderer/store/interface.ts';
import { putOnClipboard } from './clipboard.ts';
import { commandAction, hasNodes, mayEdit } from './action.ts';

export const cutAction = commandAction({
  name: 'cut',
  label: 'Cut',
  group: 'Edit',
  shortcuts: ['Mod+X'],
  byClipboardEvent: true,
  when: (situation) => mayEdit(situation) && hasNodes(situation),
  perform: async ({ document, selection }) => {
    await putOnClipboard(copy(document, selection.nodes));
    edit((current) => removeNodes(current, selection.nodes));
    select([]);
  },
});
