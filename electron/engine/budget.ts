/** How much memory what comes from a file may take, by what this machine has. */
import { totalmem } from 'node:os';

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
  return pictureBytes() + gibibyte / 2;
}
