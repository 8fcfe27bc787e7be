import { chooseAndOpenProject } from '#renderer/store/project.ts';
import { commandAction } from './action.ts';

export const openProjectAction = commandAction({
  name: 'open-project',
  label: 'Open project…',
  group: 'Project',
  shortcuts: ['Mod+O'],
  words: ['load', 'file'],
  everywhere: true,
  perform: () => chooseAndOpenProject(),
});
