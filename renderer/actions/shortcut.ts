/** Shortcuts as text: `Mod+Shift+Z`. Mod is Ctrl, on a Mac the command key. */

export const isMac = /Mac|iPhone|iPad/u.test(navigator.platform);

interface Keys {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const modifierKeys: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta']);

/** The shortcut a key press spells; undefined while only modifiers are down. */
export function shortcutOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Keys): string | undefined {
  if (modifierKeys.has(key) || key === 'Dead') return undefined;
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  // Shift is already in what it types, except for letters and named keys.
  const shiftCounts = shiftKey && (name.length > 1 || /\p{L}/u.test(name));
  const parts = [ctrlKey || metaKey ? 'Mod' : '', altKey ? 'Alt' : '', shiftCounts ? 'Shift' : '', name];
  return parts.filter((part) => part !== '').join('+');
}

const symbols: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
};

/** `Ctrl Shift Z`, on a Mac `⌘ ⇧ Z`: one entry per key. */
export function shortcutKeys(shortcut: string): readonly string[] {
  const plus = shortcut.endsWith('+') ? ['+'] : [];
  const parts = [...shortcut.split('+').filter((part) => part !== ''), ...plus];
  return parts.map((part) => {
    if (part === 'Mod') return isMac ? '⌘' : 'Ctrl';
    if (part === 'Shift') return isMac ? '⇧' : 'Shift';
    if (part === 'Alt') return isMac ? '⌥' : 'Alt';
    return symbols[part] ?? part;
  });
}

/** An action's shortcuts: the person's own in place of the usual ones. */
export function shortcutsOf(
  action: { readonly name: string; readonly shortcuts?: readonly string[] },
  own: Readonly<Record<string, string>>,
): readonly string[] {
  const chosen = own[action.name];
  if (chosen !== undefined) return chosen === '' ? [] : [chosen];
  return action.shortcuts ?? [];
}
