import { useInterface } from '#renderer/store/interface.ts';
import { hasProject, useDocument } from '#renderer/store/document.ts';
import { commandAction } from './action.ts';

export const showCanvas = commandAction({
  name: 'show-canvas',
  label: 'Back to the project',
  group: 'Project',
  shortcuts: ['Escape'],
  words: ['canvas', 'graph', 'workbench', 'return'],
  when: ({ view, document }) => view === 'start' && hasProject({ document, path: useDocument.getState().path }),
  perform: () => useInterface.setState({ view: 'canvas' }),
});
