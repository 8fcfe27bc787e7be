/** The system clipboard, which carries nodes as JSON from one project or window to another. */
import { notifications } from '@mantine/notifications';
import { parseClip, paste } from '#shared/document/clipboard.ts';
import { screenPointer, toCanvas } from '#renderer/canvas/navigator.ts';
import { edit } from '#renderer/store/document.ts';
import { select } from '#renderer/store/interface.ts';

/** What was copied last in this window, for when the system's clipboard may not be read. */
let lastCopied = '';

export async function putOnClipboard(text: string): Promise<void> {
  lastCopied = text;
  await navigator.clipboard.writeText(text).catch(() => undefined);
}

export async function readClipboard(): Promise<string> {
  return navigator.clipboard.readText().catch(() => lastCopied);
}

/** Adds the nodes in a clipboard text under the pointer, or beside the originals when it is elsewhere. */
export function pasteText(text: string, keepIncoming: boolean): void {
  const clip = parseClip(text);
  if (clip === undefined) {
    notifications.show({ message: 'There are no nodes on the clipboard.' });
    return;
  }
  const pointer = screenPointer();
  let pasted: readonly string[] = [];
  edit((document) => {
    const place = pointer === undefined ? {} : { at: toCanvas(pointer) };
    const result = paste(document, clip, { ...place, keepIncoming });
    pasted = result.ids;
    return result.document;
  });
  select(pasted);
}
