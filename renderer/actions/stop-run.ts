import { isActive } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { commandAction } from './action.ts';

export const stopRun = commandAction({
  name: 'stop-run',
  label: 'Stop training',
  group: 'Run',
  shortcuts: ['Mod+.'],
  everywhere: true,
  when: () => isActive(useRun.getState().state),
  perform: () => useRun.getState().stop(),
});
