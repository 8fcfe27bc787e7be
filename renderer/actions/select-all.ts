import { wireId } from '#shared/document/model.ts';
import { select } from '#renderer/store/interface.ts';
import { commandAction } from './action.ts';

export const selectAll = commandAction({
  name: 'select-all',
  label: 'Select everything',
  group: 'Select',
  shortcuts: ['Mod+A'],
  when: ({ view }) => view !== 'start',
  perform: ({ document }) =>
    select(
      document.nodes.map(({ id }) => id),
      document.wires.map(wireId),
    ),
});
