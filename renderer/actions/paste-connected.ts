import { pasteText, readClipboard } from './clipboard.ts';
import { commandAction, mayEdit } from './action.ts';

export const pasteConnected = commandAction({
  name: 'paste-connected',
  label: 'Paste and keep incoming wires',
  group: 'Edit',
  shortcuts: ['Mod+Shift+V'],
  byClipboardEvent: true,
  when: mayEdit,
  perform: async () => pasteText(await readClipboard(), true),
});
