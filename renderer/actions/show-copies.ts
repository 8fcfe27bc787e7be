import { openDialog } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showCopies = commandAction({
  name: 'show-copies',
  label: 'Copies of what you brought',
  group: 'Project',
  words: ['uploads', 'unpacked', 'archives', 'disk', 'space', 'remove'],
  perform: () => openDialog({ type: 'copies' }),
});
