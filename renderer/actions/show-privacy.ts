import { openDialog } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showPrivacy = commandAction({
  name: 'show-privacy',
  label: 'Privacy',
  group: 'Help',
  words: ['telemetry', 'data', 'folder', 'where', 'delete', 'network', 'tracking', 'report'],
  perform: () => openDialog({ type: 'privacy' }),
});
