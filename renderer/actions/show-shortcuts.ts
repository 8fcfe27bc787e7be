import { openDialog } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showShortcuts = commandAction({
  name: 'show-shortcuts',
  label: 'Keyboard shortcuts',
  group: 'Help',
  shortcuts: ['?'],
  words: ['keys', 'help'],
  perform: () => openDialog({ type: 'shortcuts' }),
});
