/** What a person drops on the window: folders and files, by path where the window may know it, else by content. */
import { host } from './host.ts';
import { bridge } from './link.ts';

export interface DroppedItem {
  readonly name: string;
  readonly isFolder: boolean;
  /** Absolute, where the window may know it (desktop). */
  readonly path: string;
  readonly entry: FileSystemEntry | null;
  readonly file: File;
}

interface DroppedFile {
  /** Path from what was dropped on, with forward slashes. */
  readonly name: string;
  readonly file: File;
}

/** Uploaded at a time; keeps one message below a few megabytes. */
const uploadBatchBytes = 4_000_000;

/**
 * Everything that a drop event carries; nothing when it carries no files. Must be called inside the event handler, before
 * anything is awaited: the transfer is emptied afterwards.
 */
export function readDrop(transfer: DataTransfer): DroppedItem[] {
  return [...transfer.items].flatMap((item) => {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (!file) return [];
    const entry = item.webkitGetAsEntry();
    return [
      { name: file.name, isFolder: entry?.isDirectory === true, path: bridge?.pathForFile(file) ?? '', entry, file },
    ];
  });
}

/** Names directly in a dropped folder, a few of them. */
export async function someNamesIn({ entry }: DroppedItem, most: number): Promise<string[]> {
  if (!entry?.isDirectory) return [];
  const entries = await entriesOf((entry as FileSystemDirectoryEntry).createReader());
  return entries.map(({ name }) => name).slice(0, most);
}

/** Every file that was dropped, those in folders under the folders' names. */
export async function filesOf(items: readonly DroppedItem[]): Promise<DroppedFile[]> {
  const files: DroppedFile[] = [];
  for (const { entry, name, file } of items) {
    if (entry) await collect(entry, '', files);
    else files.push({ name, file });
  }
  return files;
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function collect(entry: FileSystemEntry, prefix: string, into: DroppedFile[]): Promise<void> {
  if (entry.isFile) {
    into.push({ name: prefix + entry.name, file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let batch = await entriesOf(reader); batch.length > 0; batch = await entriesOf(reader)) {
    for (const child of batch) await collect(child, `${prefix}${entry.name}/`, into);
  }
}

async function toBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  const chunk = 0x8000;
  for (let start = 0; start < bytes.length; start += chunk) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return btoa(text);
}

/**
 * Sends what was dropped to the host, into one folder of its own, and answers the paths of its copies there.
 * @param onProgress hears the share sent, 0 to 1; throws the signal's reason when it is aborted
 */
export async function copyToHost(
  items: readonly DroppedItem[],
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const [first] = items;
  const isOneFolder = items.length === 1 && first?.isFolder === true;
  const root = isOneFolder ? first.name : (first?.name ?? 'file').replace(/\.[^.]*$/u, '') || 'files';
  const files = await filesOf(items);
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  let folder = '';
  let batch: { path: string; content: string }[] = [];
  let [bytes, sent] = [0, 0];
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    if (batch.length === 0) return;
    folder = (await host.files.upload({ folder: folder || root, files: batch })).folder;
    sent += bytes;
    onProgress(total === 0 ? 1 : sent / total);
    batch = [];
    bytes = 0;
  };
  for (const { name, file } of files) {
    batch.push({ path: isOneFolder ? name.slice(root.length + 1) : name, content: await toBase64(file) });
    bytes += file.size;
    if (bytes >= uploadBatchBytes) await flush();
  }
  await flush();
  return isOneFolder ? [folder] : items.map(({ name }) => `${folder}/${name}`);
}
