import { describe, expect, it } from 'vitest';
import { shortcutKeys, shortcutOf, shortcutsOf } from '#renderer/actions/shortcut.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('shortcutOf', () => {
  it.each([
    [{ ...none, key: 'z', ctrlKey: true }, 'Mod+Z'],
    [{ ...none, key: 'z', metaKey: true }, 'Mod+Z'],
    [{ ...none, key: 'Z', ctrlKey: true, shiftKey: true }, 'Mod+Shift+Z'],
    [{ ...none, key: '?', shiftKey: true }, '?'],
    [{ ...none, key: 'Enter', ctrlKey: true }, 'Mod+Enter'],
    [{ ...none, key: '.', ctrlKey: true }, 'Mod+.'],
    [{ ...none, key: 'ArrowLeft', altKey: true }, 'Alt+ArrowLeft'],
    [{ ...none, key: ' ' }, 'Space'],
    [{ ...none, key: 'F2' }, 'F2'],
  ])('spells %o as %s', (keys, shortcut) => {
    expect(shortcutOf(keys)).toBe(shortcut);
  });

  it.each(['Control', 'Shift', 'Alt', 'Meta'])('waits for more while only %s is down', (key) => {
    expect(shortcutOf({ ...none, key })).toBeUndefined();
  });
});

describe('shortcutKeys', () => {
  it('gives one entry per key, a plus sign included', () => {
    expect(shortcutKeys('+')).toEqual(['+']);
    expect(shortcutKeys('F2')).toEqual(['F2']);
    expect(shortcutKeys('Mod+Shift+Z')).toHaveLength(3);
  });
});

describe('shortcutsOf', () => {
  const action = { name: 'redo', shortcuts: ['Mod+Shift+Z', 'Mod+Y'] };

  it("prefers the person's own, and an empty one takes the shortcut away", () => {
    expect(shortcutsOf(action, {})).toEqual(['Mod+Shift+Z', 'Mod+Y']);
    expect(shortcutsOf(action, { redo: 'F9' })).toEqual(['F9']);
    expect(shortcutsOf(action, { redo: '' })).toEqual([]);
  });
});
