/** Thumbnails by path, asked of the host in batches and kept while the window is open. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { host } from '#renderer/platform/host.ts';

const thumbnailSize = 96;
const batchMilliseconds = 30;

const useThumbnailStore = create<{ readonly images: ReadonlyMap<string, string> }>()(() => ({ images: new Map() }));
const requested = new Set<string>();
let waiting: string[] = [];

async function fetchWaiting(): Promise<void> {
  const paths = waiting;
  waiting = [];
  try {
    const found = await host.data.thumbnails({ paths, size: thumbnailSize });
    useThumbnailStore.setState(({ images }) => ({ images: new Map([...images, ...Object.entries(found)]) }));
  } catch {
    for (const path of paths) requested.delete(path);
  }
}

function request(paths: readonly string[]): void {
  const fresh = paths.filter((path) => !requested.has(path));
  if (fresh.length === 0) return;
  if (waiting.length === 0) window.setTimeout(() => void fetchWaiting(), batchMilliseconds);
  for (const path of fresh) {
    requested.add(path);
    waiting.push(path);
  }
}

/** Data URLs by path; a picture not loaded yet, or not readable, is missing. */
export function useThumbnails(paths: readonly string[]): ReadonlyMap<string, string> {
  const images = useThumbnailStore((state) => state.images);
  useEffect(() => request(paths), [paths]);
  return images;
}
