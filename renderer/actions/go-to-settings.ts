import { focusCanvas } from '#renderer/canvas/navigator.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { inspectorId } from '#renderer/panels/inspector/inspector-id.ts';
import { commandAction, hasNodes } from './action.ts';

const fields = 'input:not([type="hidden"], :disabled), textarea, button, summary';

/** Tab goes from card to card, and the selection with it: the inspector needs a way of its own. */
export const goToSettings = commandAction({
  name: 'go-to-settings',
  label: 'To the settings and back',
  group: 'View',
  shortcuts: ['F6'],
  words: ['focus', 'inspector', 'fields', 'keyboard'],
  everywhere: true,
  when: (situation) => situation.view !== 'start' && hasNodes(situation),
  perform: ({ selection }) => {
    if (document.getElementById(inspectorId)?.contains(document.activeElement)) {
      return focusCanvas(selection.nodes.at(-1));
    }
    useInterface.setState(({ panels }) => ({ panels: { ...panels, inspector: true } }));
    window.requestAnimationFrame(() => {
      document.getElementById(inspectorId)?.querySelector<HTMLElement>(fields)?.focus();
    });
  },
});
