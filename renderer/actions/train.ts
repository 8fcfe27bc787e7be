import { isActive } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { commandAction } from './action.ts';

export const train = commandAction({
  name: 'train',
  label: 'Train',
  group: 'Run',
  shortcuts: ['Mod+Enter'],
  words: ['run', 'start', 'fit'],
  everywhere: true,
  when: ({ view }) => view !== 'start' && !isActive(useRun.getState().state),
  perform: () => useRun.getState().start(),
});
