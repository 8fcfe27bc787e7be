/** The guide's list of shortcuts is written from the actions themselves. `-u` writes it anew. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import type { Action, ActionGroup, Situation } from '#renderer/actions/action.ts';

// No host answers here, so none is looked for.
vi.mock('#renderer/platform/link.ts', () => ({ isDesktop: false, connect: () => ({}) }));

const page = join(import.meta.dirname, '../../../docs/guide/keyboard.md');

const introduction = `# Keyboard

Everything can be done without a mouse, wiring included.

- **Add**: press A or Tab on the canvas and type: names and other words for a node are found. Enter adds it, wired to the selected node where that fits.
- **Wire**: press C with a node selected, choose one of its sockets, then one of those that fit.
- **Read and edit without the canvas**: the outline shows the same project as a tree.
- **Find any command**: Ctrl+K.

Shortcuts can be changed in the list that ? opens. On a Mac, Ctrl is the command key. This list is generated from the program.
`;

let actions: readonly Action[];
let groups: readonly ActionGroup[];
let keysOf: (shortcut: string) => readonly string[];

beforeAll(async () => {
  // The stores look at the window while they load; nothing here draws one.
  vi.stubGlobal('window', { innerWidth: 1440, location: { href: 'http://127.0.0.1/' }, addEventListener: () => {} });
  vi.stubGlobal('navigator', { platform: 'Linux' });
  ({ actions } = await import('#renderer/actions/registry.ts'));
  ({ actionGroups: groups } = await import('#renderer/actions/action.ts'));
  ({ shortcutKeys: keysOf } = await import('#renderer/actions/shortcut.ts'));
});
afterAll(() => vi.unstubAllGlobals());

it('lists every action and its shortcuts', async () => {
  const lines = groups.flatMap((group) => [
    '',
    `## ${group}`,
    '',
    ...actions
      .filter((action) => action.group === group)
      .map(({ label, shortcuts = [] }) => {
        const keys = shortcuts.map((shortcut) =>
          keysOf(shortcut)
            .map((key) => `<kbd>${key}</kbd>`)
            .join(' '),
        );
        return keys.length === 0 ? `- ${label}` : `- ${label}: ${keys.join(' or ')}`;
      }),
  ]);
  await expect(introduction + `${lines.join('\n')}\n`).toMatchFileSnapshot(page);
});

it('gives no shortcut to two actions that can be meant at once', () => {
  const views = ['start', 'canvas', 'outline'] as const;
  const document = {
    ...emptyDocument,
    nodes: [{ id: 'n', kind: 'note', title: '', position: { x: 0, y: 0 }, parameters: {} }],
  };
  const meant = views.flatMap((view) => {
    const situation: Situation = {
      document,
      view,
      selection: { nodes: ['n'], wires: ['w'] },
      locked: false,
      canUndo: true,
      canRedo: true,
      run: 'idle',
    };
    const able = actions.filter(({ when }) => when?.(situation) ?? true);
    const taken = able.flatMap(({ shortcuts = [] }) => shortcuts);
    return taken.filter((shortcut, index) => taken.indexOf(shortcut) !== index);
  });
  expect(meant).toEqual([]);
  // Which of them is meant depends on the view; any other pair could not be told apart in the settings either.
  const all = actions.flatMap(({ shortcuts = [] }) => shortcuts);
  expect(all.filter((shortcut, index) => all.indexOf(shortcut) !== index)).toEqual(['Escape']);
});
