/** What a person brings, from the drop to the answer: asked for by path where the window knows none, looked at, shown. */
import { encodingOf } from '#shared/core/encoding.ts';
import { create } from 'zustand';
import type { Problem } from '#shared/messages/error.ts';
import type { Look } from '#shared/protocol/look.ts';
import { copyToHost, type DroppedItem } from '#renderer/platform/drop.ts';
import { host, problemOf } from '#renderer/platform/host.ts';
import type { Point } from './interface.ts';
import { folderName } from './project-title.ts';
import { openProjectText } from './project.ts';

/** Where it was dropped; on the canvas, perhaps on a card. */
export type Landing =
  | { readonly on: 'start' }
  | { readonly on: 'canvas'; readonly screen: Point; readonly card: string | undefined };

export interface Found {
  readonly look: Look;
  /** Absolute, as they were brought. */
  readonly paths: readonly string[];
  readonly landing: Landing;
}

export type Bringing =
  | { readonly step: 'where'; readonly items: readonly DroppedItem[]; readonly landing: Landing }
  | { readonly step: 'copying'; readonly share: number }
  | { readonly step: 'unpacking'; readonly name: string; readonly share: number }
  | { readonly step: 'looking' }
  | { readonly step: 'refused'; readonly problem: Problem }
  | ({ readonly step: 'found' } & Found);

export const useBringing = create<{ readonly bringing: Bringing | undefined }>()(() => ({ bringing: undefined }));

/** Ends when the person turns to something else, so that a late answer does not come up over it. */
let current = new AbortController();

function begin(): AbortController {
  current.abort();
  current = new AbortController();
  return current;
}

function show(turn: AbortController, bringing: Bringing): void {
  if (!turn.signal.aborted) useBringing.setState({ bringing });
}

export function stopBringing(): void {
  current.abort();
  useBringing.setState({ bringing: undefined });
}

/** Looks at what was dropped, or asks where it lies. */
export async function bring(items: readonly DroppedItem[], landing: Landing): Promise<void> {
  const paths = items.map(({ path }) => path);
  if (items.length === 0) return;
  const [only] = items.length === 1 ? items : [];
  if (paths.every((path) => path !== '')) await lookAt(paths, landing);
  // Opened from its text: a copy would be saved to another place than where it came from.
  else if (only?.name.endsWith('.graft') && !only.isFolder) await openProjectText(await textOf(only.file), only.name);
  else show(begin(), { step: 'where', items, landing });
}

/**
 * Looks at what lies at these paths and shows the answer.
 * @param isPlain takes what needs no asking; the answer is then shown nowhere
 */
export async function lookAt(
  paths: readonly string[],
  landing: Landing,
  isPlain: (found: Found) => boolean = () => false,
): Promise<Found | undefined> {
  const turn = begin();
  show(turn, { step: 'looking' });
  try {
    for (const path of paths) if (path.toLowerCase().endsWith('.zip')) await unpack(path, turn);
    show(turn, { step: 'looking' });
    const look = await host.files.look({ paths: [...paths] });
    if (turn.signal.aborted) return undefined;
    const found = { look, paths, landing };
    if (isPlain(found)) stopBringing();
    else show(turn, { step: 'found', ...found });
    return found;
  } catch (thrown) {
    show(turn, { step: 'refused', problem: problemOf(thrown) });
    return undefined;
  }
}

/** Unpacks an archive where the host keeps what it holds, and says how far it is; a look finds it there. */
async function unpack(path: string, turn: AbortController): Promise<void> {
  const name = folderName(path);
  for await (const step of await host.files.unpack({ path }, { signal: turn.signal }))
    if (step.state === 'unpacking')
      show(turn, { step: 'unpacking', name, share: step.total === 0 ? 1 : step.done / step.total });
}

/** Sends copies to the host and looks at them. */
export async function copyAndLook(items: readonly DroppedItem[], landing: Landing): Promise<void> {
  const turn = begin();
  show(turn, { step: 'copying', share: 0 });
  try {
    const paths = await copyToHost(items, (share) => show(turn, { step: 'copying', share }), turn.signal);
    if (!turn.signal.aborted) await lookAt(paths, landing);
  } catch (thrown) {
    show(turn, { step: 'refused', problem: problemOf(thrown) });
  }
}

/** Of a file in any Unicode. */
async function textOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}
