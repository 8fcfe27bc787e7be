/** What the window itself remembers while it is open: selection, panels, dialogs, canvas switches. */
import { create } from 'zustand';
import type { Side } from '#shared/document/graph.ts';
import type { Endpoint } from '#shared/document/model.ts';
import type { SocketType } from '#shared/nodes/kind.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a new node goes, and what it is wired to. Screen coordinates place the list, canvas coordinates the node. */
export interface AddRequest {
  readonly screen: Point | undefined;
  readonly canvas: Point | undefined;
  /** The loose end of a wire dropped on empty space. */
  readonly wire?: { readonly end: Endpoint; readonly side: Side } | undefined;
}

export interface FileRequest {
  readonly title: string;
  readonly mode: 'folder' | 'open' | 'save';
  readonly endings: readonly string[];
  readonly suggestedName?: string;
  readonly startFolder?: string;
  readonly answer: (path: string | undefined) => void;
}

export interface ConfirmRequest {
  readonly title: string;
  readonly message: string;
  readonly choices: readonly { readonly name: string; readonly label: string; readonly primary?: boolean }[];
  readonly answer: (choice: string | undefined) => void;
}

export type Dialog =
  | { readonly type: 'none' }
  | { readonly type: 'add'; readonly request: AddRequest }
  | { readonly type: 'connect'; readonly node: string }
  | { readonly type: 'commands' }
  | { readonly type: 'shortcuts' }
  | { readonly type: 'copies' }
  | { readonly type: 'about' }
  | { readonly type: 'privacy' };

/** The wire being drawn, while it is drawn. */
export interface Drawing {
  readonly end: Endpoint;
  readonly side: Side;
  readonly type: SocketType;
  /** Where it may be dropped, as `endpointKey`s. */
  readonly fits: ReadonlySet<string>;
}

/** A sentence beside the pointer, gone after a moment. */
export interface Hint {
  readonly text: string;
  readonly at: Point;
}

export type RunTab = 'charts' | 'results' | 'classes' | 'try' | 'runs' | 'log';

interface InterfaceState {
  /** Node ids in the order they were selected, and wire ids. */
  readonly selection: { readonly nodes: readonly string[]; readonly wires: readonly string[] };
  readonly view: 'start' | 'canvas' | 'outline';
  readonly panels: { readonly palette: boolean; readonly inspector: boolean; readonly run: boolean };
  readonly runPanelHeight: number;
  /** The tab of the run panel that was chosen; undefined for the first. */
  readonly runTab: RunTab | undefined;
  readonly dialog: Dialog;
  readonly fileRequest: FileRequest | undefined;
  readonly confirmRequest: ConfirmRequest | undefined;
  readonly drawing: Drawing | undefined;
  readonly hint: Hint | undefined;
  /** Wire that a dragged node would be put into. */
  readonly spliceTarget: string | undefined;
  /** Node whose title is being typed. */
  readonly renaming: string | undefined;
  readonly snap: boolean;
  readonly locked: boolean;
}

const narrow = window.innerWidth < 1180;

export const useInterface = create<InterfaceState>()(() => ({
  selection: { nodes: [], wires: [] },
  view: 'start',
  panels: { palette: !narrow, inspector: true, run: true },
  runPanelHeight: window.innerHeight < 800 ? 212 : 290,
  runTab: undefined,
  dialog: { type: 'none' },
  fileRequest: undefined,
  confirmRequest: undefined,
  drawing: undefined,
  hint: undefined,
  spliceTarget: undefined,
  renaming: undefined,
  snap: true,
  locked: false,
}));

export function select(nodes: readonly string[], wires: readonly string[] = []): void {
  useInterface.setState({ selection: { nodes, wires } });
}

export function openDialog(dialog: Dialog): void {
  useInterface.setState({ dialog });
}

export function closeDialog(): void {
  useInterface.setState({ dialog: { type: 'none' } });
}

export function endpointKey(end: Endpoint, side: Side): string {
  return `${side}/${end.node}/${end.port}`;
}

const hintMilliseconds = 4000;
let hintTimer = 0;

/** Says something beside the pointer for a moment. */
export function showHint(text: string, at: Point): void {
  window.clearTimeout(hintTimer);
  useInterface.setState({ hint: { text, at } });
  hintTimer = window.setTimeout(() => useInterface.setState({ hint: undefined }), hintMilliseconds);
}

export function togglePanel(panel: keyof InterfaceState['panels']): void {
  useInterface.setState((state) => ({ panels: { ...state.panels, [panel]: !state.panels[panel] } }));
}

/** Asks for a file or folder with the in-app dialog; undefined when the person changed their mind. */
export function askForPath(request: Omit<FileRequest, 'answer'>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const answer = (path: string | undefined): void => {
      useInterface.setState({ fileRequest: undefined });
      resolve(path);
    };
    useInterface.setState({ fileRequest: { ...request, answer } });
  });
}

/** Asks a question; answers the name of the choice, or undefined when the dialog was closed. */
export function ask(request: Omit<ConfirmRequest, 'answer'>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const answer = (choice: string | undefined): void => {
      useInterface.setState({ confirmRequest: undefined });
      resolve(choice);
    };
    useInterface.setState({ confirmRequest: { ...request, answer } });
  });
}
