import { useInterface } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const showStart = commandAction({
  name: 'show-start',
  label: 'Start page',
  group: 'Project',
  words: ['home', 'templates', 'recent'],
  when: ({ view }) => view !== 'start',
  perform: () => useInterface.setState({ view: 'start' }),
});
