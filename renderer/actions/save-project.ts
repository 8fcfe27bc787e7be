import { saveProject } from '#renderer/store/project.ts';
import { commandAction } from './action.ts';

export const saveProjectAction = commandAction({
  name: 'save-project',
  label: 'Save',
  group: 'Project',
  shortcuts: ['Mod+S'],
  everywhere: true,
  when: ({ view }) => view !== 'start',
  perform: async () => void (await saveProject()),
});
