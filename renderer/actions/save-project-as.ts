import { saveProjectAs } from '#renderer/store/project.ts';
import { commandAction } from './action.ts';

export const saveProjectAsAction = commandAction({
  name: 'save-project-as',
  label: 'Save as…',
  group: 'Project',
  shortcuts: ['Mod+Shift+S'],
  everywhere: true,
  when: ({ view }) => view !== 'start',
  perform: async () => void (await saveProjectAs()),
});
