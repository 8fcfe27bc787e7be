/** What a person can do, as data: the command palette, shortcuts, menus and buttons all read the same list. */
import type { GraftDocument } from '#shared/document/model.ts';
import type { RunState } from '#renderer/store/run-state.ts';

/** What the window shows at the moment an action is asked for. */
export interface Situation {
  readonly document: GraftDocument;
  readonly selection: { readonly nodes: readonly string[]; readonly wires: readonly string[] };
  readonly view: 'start' | 'canvas' | 'outline';
  readonly locked: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly run: RunState['phase'];
}

export const actionGroups = ['Project', 'Edit', 'Select', 'Arrange', 'View', 'Run', 'Help'] as const;
export type ActionGroup = (typeof actionGroups)[number];

interface ActionBase {
  /** Stable: settings keep shortcuts by it. */
  readonly name: string;
  readonly label: string;
  readonly group: ActionGroup;
  /** Like `Mod+Shift+Z`; Mod is Ctrl, on a Mac the command key. */
  readonly shortcuts?: readonly string[];
  /** Other words people search for. */
  readonly words?: readonly string[];
  readonly when?: (situation: Situation) => boolean;
  /** Works while a text field has the focus as well. */
  readonly everywhere?: boolean;
  /** The browser's own copy, cut and paste events run it; the keyboard handler must let the keys through. */
  readonly byClipboardEvent?: boolean;
}

/** Changes the document: pure, and one undo step. */
export interface EditAction extends ActionBase {
  readonly type: 'edit';
  readonly edit: (situation: Situation) => {
    readonly document: GraftDocument;
    /** Nodes selected afterwards; the selection stays without it. */
    readonly selection?: readonly string[];
  };
  /** Repeats in quick succession are one undo step. */
  readonly gesture?: string;
}

/** Does something else; whatever it changes in the document enters undo by itself. */
export interface CommandAction extends ActionBase {
  readonly type: 'command';
  readonly perform: (situation: Situation) => void | Promise<void>;
}

export type Action = EditAction | CommandAction;

export function editAction(action: Omit<EditAction, 'type'>): EditAction {
  return { type: 'edit', ...action };
}

export function commandAction(action: Omit<CommandAction, 'type'>): CommandAction {
  return { type: 'command', ...action };
}

export const hasNodes = ({ selection }: Situation): boolean => selection.nodes.length > 0;
export const hasSelection = ({ selection }: Situation): boolean =>
  selection.nodes.length > 0 || selection.wires.length > 0;
/** The canvas is in front and may be changed. */
export const mayEdit = ({ view, locked }: Situation): boolean => view !== 'start' && !locked;
