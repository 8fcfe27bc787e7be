import { copy } from '#shared/document/clipboard.ts';
import { putOnClipboard } from './clipboard.ts';
import { commandAction, hasNodes } from './action.ts';

export const copyAction = commandAction({
  name: 'copy',
  label: 'Copy',
  group: 'Edit',
  shortcuts: ['Mod+C'],
  byClipboardEvent: true,
  when: hasNodes,
  perform: ({ document, selection }) => putOnClipboard(copy(document, selection.nodes)),
});
