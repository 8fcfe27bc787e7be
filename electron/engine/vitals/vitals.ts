/** The main thread's side of the watch over this process. */
import { Worker } from 'node:worker_threads';
import { Signs } from './signs.ts';

/** Milliseconds between two signs of life. */
const pulse = 250;

const watchWorker = new URL(
  import.meta.url.endsWith('.ts') ? './watch-worker.ts' : './watch-worker.js',
  import.meta.url,
);

/** Until the watch begins, whoever uses the engine's parts otherwise than as a process is not watched. */
const signs = new Signs();

/** Has this process watched from now on. */
export function beginWatch(): void {
  setInterval(() => signs.beat(), pulse).unref();
  new Worker(watchWorker, { workerData: { memory: signs.memory, host: process.ppid } }).unref();
}

/** Says whether what the process is at goes on when its host has gone. */
export function outliveHost(outlives: boolean): void {
  signs.outlives = outlives;
}

export function outlivesHost(): boolean {
  return signs.outlives;
}

/** Held before the first of the works that are limited now, and granted to them all, bytes. */
let [held, granted, works] = [0, 0, 0];

/** Runs work that may take so many bytes beside what is held already; beyond, the process is ended. */
export async function withinMemory<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
  if (works++ === 0) held = process.memoryUsage.rss();
  granted += bytes;
  limit();
  try {
    return await work();
  } finally {
    granted -= bytes;
    works--;
    limit();
  }
}

function limit(): void {
  signs.memoryMiB = works === 0 ? 0 : Math.ceil((held + granted) / 2 ** 20);
}
