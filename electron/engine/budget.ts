/** How much memory what comes from a file may take, by what this machine has. */
import { readdirSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';

const gibibyte = 2 ** 30;

/** Bytes of the constants that a model computes from its constants: they are held several times on the way to a session. */
export const constantBytes = gibibyte / 4;

/** Bytes of one value of a model. */
export function valueBytes(): number {
  return Math.max(gibibyte, totalmem() / 4);
}

/** Bytes of weights that a model may bring. The runtime copies them once, and training keeps state of their size. */
export function modelMemoryBytes(): number {
  return Math.max(gibibyte, totalmem() / 4);
}

/** Bytes that decoding one picture may take. */
export function pictureBytes(): number {
  return Math.min(gibibyte, Math.max(gibibyte / 4, totalmem() / 8));
}

/** Bytes that decoding pictures may take at a time, in all threads: large ones wait for each other. */
export function picturesBytes(): number {
  return pictureBytes() + gibibyte / 4;
}

/** What looking at a model takes however small it is: its session, its shapes, a trial run on two pictures. */
const usualExamining = 1.25 * gibibyte;
/** Copies of the weights that there are at a time: the file's, those of the graph, the sessions', and the runtime's packed ones. */
const copies = 6;

/** Bytes that looking at a model may take beside what is held already. */
export function examiningBytes(model: string): number {
  return usualExamining + copies * bytesOfModel(model);
}

/** Bytes of a model and of the files beside it whose names begin like its own, where its weights usually lie. */
function bytesOfModel(model: string): number {
  try {
    const stem = basename(model).replace(/\.onnx$/i, '');
    const files = readdirSync(dirname(model)).filter((name) => name.startsWith(stem));
    const sizes = files.map((name) => statSync(join(dirname(model), name), { throwIfNoEntry: false })?.size ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}
