/** What a person drops on the window: folders and files, as paths the host can read. */
import { host } from './host.ts';
import { bridge } from './link.ts';

export interface DroppedFile {
  /** Path inside what was dropped, with forward slashes. */
  readonly name: string;
  readonly file: File;
}

export interface Drop {
  /** Name of the dropped folder, or '' when single files were dropped. */
  readonly folder: string;
  readonly files: readonly DroppedFile[];
  /** Absolute path of the dropped item, where the window may know it (desktop). */
  readonly path: string;
}

/** Uploaded at a time; keeps one message below a few megabytes. */
const uploadBatchBytes = 4_000_000;

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

/**
 * Reads what a drop event carries; undefined when it carries no files. Must be called inside the event
 * handler, before anything is awaited: the transfer is emptied afterwards.
 */
export function readDrop(transfer: DataTransfer): Promise<Drop> | undefined {
  const item = [...transfer.items].find((candidate) => candidate.kind === 'file');
  const entry = item?.webkitGetAsEntry();
  const first = item?.getAsFile();
  if (!first) return undefined;
  const path = bridge?.pathForFile(first) ?? '';
  if (bridge && entry?.isDirectory === true) return Promise.resolve({ folder: entry.name, files: [], path });
  if (!entry || entry.isFile) return Promise.resolve({ folder: '', files: [{ name: first.name, file: first }], path });
  const files: DroppedFile[] = [];
  return collect(entry, '', files).then(() => ({ folder: entry.name, files, path }));
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
 * Absolute path of a dropped folder, or of a dropped file. A browser window sends the content to the host
 * first; `onProgress` hears the share sent, 0 to 1.
 */
export async function hostPathOf(drop: Drop, onProgress: (share: number) => void): Promise<string> {
  if (drop.path !== '') {
    await host.files.trust({ path: drop.path });
    return drop.path;
  }
  let folder = '';
  let batch: { path: string; content: string }[] = [];
  let bytes = 0;
  const root = drop.folder === '' ? (drop.files[0]?.name ?? 'file').replace(/\.[^.]*$/, '') : drop.folder;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    folder = (await host.files.upload({ folder: folder || root, files: batch })).folder;
    batch = [];
    bytes = 0;
  };
  for (const [index, { name, file }] of drop.files.entries()) {
    const inside = drop.folder === '' ? name : name.slice(drop.folder.length + 1);
    batch.push({ path: inside, content: await toBase64(file) });
    bytes += file.size;
    if (bytes >= uploadBatchBytes) await flush();
    onProgress((index + 1) / drop.files.length);
  }
  await flush();
  return drop.folder === '' ? `${folder}/${drop.files[0]?.name ?? ''}` : folder;
}
