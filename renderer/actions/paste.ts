import { pasteText, readClipboard } from './clipboard.ts';
import { commandAction, mayEdit } from './action.ts';

export const pasteAction = commandAction({
  name: 'paste',
  label: 'Paste',
  group: 'Edit',
  shortcuts: ['Mod+V'],
  byClipboardEvent: true,
  when: mayEdit,
  perform: async () => pasteText(await readClipboard(), false),
});
