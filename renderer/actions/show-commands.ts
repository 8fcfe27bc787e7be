import { openDialog } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showCommands = commandAction({
  name: 'show-commands',
  label: 'Commands…',
  group: 'Help',
  shortcuts: ['Mod+K'],
  words: ['palette', 'search'],
  everywhere: true,
  perform: () => openDialog({ type: 'commands' }),
});
