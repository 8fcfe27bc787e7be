import { useRun } from '#renderer/store/run.ts';
import { commandAction } from './action.ts';

export const pauseRun = commandAction({
  name: 'pause-run',
  label: 'Pause or continue',
  group: 'Run',
  shortcuts: ['Mod+Shift+Enter'],
  everywhere: true,
  when: ({ run }) => run === 'running' || run === 'paused',
  perform: ({ run }) => (run === 'paused' ? useRun.getState().resume() : useRun.getState().pause()),
});
