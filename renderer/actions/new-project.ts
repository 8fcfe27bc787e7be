import { newProject } from '#renderer/store/project.ts';
import { commandAction } from './action.ts';

export const newProjectAction = commandAction({
  name: 'new-project',
  label: 'New project',
  group: 'Project',
  shortcuts: ['Mod+N'],
  words: ['create', 'blank', 'empty'],
  everywhere: true,
  perform: () => newProject(),
});
