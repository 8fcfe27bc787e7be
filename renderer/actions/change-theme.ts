import { nextTheme } from '#renderer/store/environment.ts';
import { commandAction } from './action.ts';

export const changeTheme = commandAction({
  name: 'change-theme',
  label: 'Light, dark or automatic theme',
  group: 'View',
  words: ['dark mode', 'appearance', 'color'],
  perform: () => nextTheme(),
});
