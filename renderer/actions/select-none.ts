import { select } from '#renderer/store/interface.ts';
import { commandAction, hasSelection } from './action.ts';

export const selectNone = commandAction({
  name: 'select-none',
  label: 'Select nothing',
  group: 'Select',
  shortcuts: ['Escape'],
  when: (situation) => situation.view !== 'start' && hasSelection(situation),
  perform: () => select([]),
});
