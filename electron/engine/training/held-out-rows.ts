/** The validation split at the cut: held in memory where it fits, made in chunks at every look where it does not. */
import { totalmem } from 'node:os';
import { elementCount } from '#shared/core/shape.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { Network } from '#electron/engine/training/network.ts';
import { RowMaker, type Rows, type RowsRequest } from '#electron/engine/training/rows.ts';

/** Rows held in memory at most, as a share of the machine's. */
const memoryShare = 0.25;
/** Pictures in one chunk. */
const chunk = 256;

/** Whether this many rows are too much to hold. @param width elements of one row */
export function exceedsMemory(rows: number, width: number): boolean {
  return rows * width * 4 > totalmem() * memoryShare;
}

export interface HeldOutRows {
  /** Those that can be read. */
  readonly samples: readonly Sample[];
  /** [samples, classes], with the network's parameters or the given ones. */
  readonly logits: (network: Network, parameters?: ReadonlyMap<string, Tensor>) => Promise<Float32Array>;
}

/** @param at where each held-out sample lies among the rows */
export function heldInMemory(
  { data, failures }: Rows,
  at: readonly { readonly sample: Sample; readonly row: number }[],
  width: number,
): HeldOutRows {
  const readable = at.filter(({ row }) => !failures.has(row));
  const rows = new Float32Array(readable.length * width);
  readable.forEach(({ row }, place) => rows.set(data.subarray(row * width, (row + 1) * width), place * width));
  return {
    samples: readable.map(({ sample }) => sample),
    logits: (network, parameters) => network.evaluate(rows, readable.length, parameters),
  };
}

/**
 * Looks at every picture once to find those that cannot be read.
 * @returns the rows, and why pictures were left out by their place; undefined when interrupted
 */
export async function heldInChunks(
  request: Pick<RowsRequest, 'plan' | 'device' | 'samples' | 'decode' | 'onProgress' | 'interrupted'> & {
    readonly pool: DecodePool;
  },
): Promise<{ held: HeldOutRows; failures: Map<number, string> } | undefined> {
  const { plan, device, pool, samples, decode } = request;
  const failures = new Map<number, string>();
  for (let start = 0; start < samples.length; start += chunk) {
    if (await request.interrupted()) return undefined;
    const paths = samples.slice(start, start + chunk).map(({ path }) => path);
    const looked = await pool.decode(paths, decode);
    for (const { index, reason } of looked.failures) failures.set(start + index, reason);
    request.onProgress(Math.min(start + chunk, samples.length), samples.length);
  }
  const readable = samples.filter((_, index) => !failures.has(index));
  const logits = async (network: Network, parameters?: ReadonlyMap<string, Tensor>): Promise<Float32Array> => {
    const maker = await RowMaker.create(plan, device, pool);
    const parts: Float32Array[] = [];
    try {
      for (let start = 0; start < readable.length; start += chunk) {
        const part = readable.slice(start, start + chunk);
        const rows = await maker.rows(await maker.decode(part, decode, []));
        parts.push(await network.evaluate(rows, part.length, parameters));
      }
    } finally {
      await maker.release();
    }
    return concatenate(parts);
  };
  return { held: { samples: readable, logits }, failures };
}

/** @returns whether the split is to be held in chunks */
export function needsChunks(samples: number, cutShape: readonly number[]): boolean {
  return exceedsMemory(samples, elementCount(cutShape));
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
