import { openDialog } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showAbout = commandAction({
  name: 'show-about',
  label: 'About Graft',
  group: 'Help',
  words: ['version', 'licence', 'license', 'third party', 'notices', 'credits'],
  perform: () => openDialog({ type: 'about' }),
});
