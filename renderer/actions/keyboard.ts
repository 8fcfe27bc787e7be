/** From key presses and clipboard events to actions. */
import { copy } from '#shared/document/clipboard.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { useInterface } from '#renderer/store/interface.ts';
import type { Action } from './action.ts';
import { pasteText } from './clipboard.ts';
import { actions } from './registry.ts';
import { isAvailable, perform, readSituation, runAction } from './run-action.ts';
import { shortcutOf, shortcutsOf } from './shortcut.ts';

const textInputs =
  'input:not([type="radio"], [type="checkbox"], [type="range"]), textarea, select, [contenteditable="true"]';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(textInputs) !== null;
}

/** A dialog in front keeps the keys for itself. */
function dialogIsOpen(): boolean {
  const { dialog, fileRequest, confirmRequest } = useInterface.getState();
  return dialog.type !== 'none' || fileRequest !== undefined || confirmRequest !== undefined;
}

/** Keys that controls use themselves when they have the focus. */
const controlKeys = /^(?:Shift\+)?(?:Arrow\w+|Space|Enter|Home|End)$/u;
const controls =
  'button, a, input, [role="slider"], [role="tab"], [role="menuitem"], [role="option"], [role="separator"]';

function actionFor(event: KeyboardEvent): Action | undefined {
  const shortcut = shortcutOf(event);
  if (shortcut === undefined) return undefined;
  const { shortcuts } = useEnvironment.getState().settings;
  const found = actions.filter((action) => shortcutsOf(action, shortcuts).includes(shortcut));
  const target = event.target instanceof Element ? event.target : null;
  if (controlKeys.test(shortcut) && target?.closest(controls)) return undefined;
  const situation = readSituation();
  return found.find((action) => (action.everywhere === true || !isTyping(target)) && isAvailable(action, situation));
}

/** The browser sends the same paste event for both ways of pasting; the keys before it tell them apart. */
let keepIncoming = false;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || dialogIsOpen()) return;
  const action = actionFor(event);
  if (action === undefined) return;
  keepIncoming = action.name === 'paste-connected';
  if (action.byClipboardEvent === true) return;
  event.preventDefault();
  perform(action);
}

function onClipboard(event: ClipboardEvent): void {
  if (isTyping(event.target) || dialogIsOpen()) return;
  // Text that is selected in a panel is what the person means to copy.
  if (event.type !== 'paste' && window.getSelection()?.isCollapsed === false) return;
  const situation = readSituation();
  if (event.type === 'paste') {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text === '' || situation.locked || situation.view === 'start') return;
    pasteText(text, keepIncoming);
    keepIncoming = false;
  } else {
    if (situation.selection.nodes.length === 0) return;
    event.clipboardData?.setData('text/plain', copy(situation.document, situation.selection.nodes));
    if (event.type === 'cut') runAction('delete');
  }
  event.preventDefault();
}

/** Starts listening; answers a function that ends it. */
export function listenToKeyboard(): () => void {
  const events = ['copy', 'cut', 'paste'] as const;
  window.addEventListener('keydown', onKeyDown);
  for (const name of events) document.addEventListener(name, onClipboard);
  return () => {
    window.removeEventListener('keydown', onKeyDown);
    for (const name of events) document.removeEventListener(name, onClipboard);
  };
}
