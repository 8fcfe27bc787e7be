/** The validation split at the cut: held in memory where it fits, else read from the feature cache or made at every look. */
import { elementCount } from '#shared/core/shape.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { prefetch, type Prefetched } from '#electron/engine/data/batches.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { FeatureFile } from '#electron/engine/cache/feature-file.ts';
import type { Network } from '#electron/engine/training/network.ts';
import { batchesAtOnce, decodedAhead, exceedsMemory, worthAFile } from '#electron/engine/training/row-memory.ts';
import { RowMaker, type Decoded } from '#electron/engine/training/row-maker.ts';
import { loadRows, type RowsRequest } from '#electron/engine/training/rows.ts';
import { streamRows, unreadable } from '#electron/engine/training/streamed-rows.ts';

export interface HeldOutRows {
  /** Those that could be read when they were looked at first. */
  readonly samples: readonly Sample[];
  /** What the network says of them with its parameters or the given ones. */
  readonly judge: (network: Network, parameters?: ReadonlyMap<string, Tensor>) => Promise<Judged>;
  /** Lets go of what is open. */
  readonly release: () => Promise<void>;
}

export interface Judged {
  /** [samples, classes]. */
  readonly logits: Float32Array;
  /** Those that could be read this time. */
  readonly samples: readonly Sample[];
}

/** Held-out rows, and what was met on the way to them. */
export interface Held {
  readonly held: HeldOutRows;
  /** Why pictures were left out, by their place among the samples. */
  readonly failures: ReadonlyMap<number, string>;
  readonly cached: boolean;
}

/** Where each held-out sample lies among the rows. */
export type RowPlaces = readonly { readonly sample: Sample; readonly row: number }[];

/** The samples of the request in whichever way they fit. @returns undefined when interrupted */
export async function holdOut(request: RowsRequest): Promise<Held | undefined> {
  const { plan, samples } = request;
  const width = elementCount(plan.cut.shape);
  const at = samples.map((sample, row) => ({ sample, row }));
  if (!exceedsMemory(samples.length, width)) {
    const rows = await loadRows(request);
    return rows && { ...rows, held: heldInMemory(rows.data, readable(at, rows.failures), width) };
  }
  const streamed = worthAFile(plan) ? await streamRows(request) : 'not-kept';
  if (streamed === 'interrupted') return undefined;
  if (streamed === 'not-kept') return heldInPictures(request);
  const { file, failures } = streamed;
  const held = heldInFile(file, readable(at, failures), plan);
  return { ...streamed, held: { ...held, release: () => file.close() } };
}

function readable(at: RowPlaces, failures: ReadonlyMap<number, string>): RowPlaces {
  return at.filter(({ row }) => !failures.has(row));
}

/** @param at those that can be read, which are copied from `data`, [rows, …cut shape] */
export function heldInMemory(data: Float32Array, at: RowPlaces, width: number): HeldOutRows {
  const rows = new Float32Array(at.length * width);
  at.forEach(({ row }, place) => rows.set(data.subarray(row * width, (row + 1) * width), place * width));
  const samples = at.map(({ sample }) => sample);
  return {
    samples,
    judge: async (network, parameters) => ({ logits: await network.evaluate(rows, at.length, parameters), samples }),
    release: () => Promise.resolve(),
  };
}

/** Rows that are read at every look, ahead of their evaluation. @param at those that can be read; the file stays open */
export function heldInFile(file: FeatureFile, at: RowPlaces, plan: Plan): HeldOutRows {
  const read = (places: RowPlaces): Promise<Float32Array> => file.read(places.map(({ row }) => row));
  const samples = at.map(({ sample }) => sample);
  return {
    samples,
    judge: async (network, parameters) => {
      const chunks = chunksOf(at, plan.batch * batchesAtOnce(plan.batch, elementCount(plan.cut.shape)));
      const ready = (rows: Float32Array): Promise<Float32Array> => Promise.resolve(rows);
      return { logits: await evaluateChunks(prefetch(chunks, read), ready, network, parameters), samples };
    },
    release: () => Promise.resolve(),
  };
}

/**
 * Pictures that are decoded and taken to the cut at every look. Looks at every one once to find those that cannot be
 * read; what cannot be read at a later look is left out of that look.
 * @returns undefined when interrupted
 */
export async function heldInPictures(request: RowsRequest): Promise<Held | undefined> {
  const { plan, device, pool, samples, decode } = request;
  const failures = await unreadable(request, [...samples.keys()]);
  if (!failures) return undefined;
  const kept = samples.filter((_, place) => !failures.has(place));
  const judge: HeldOutRows['judge'] = async (network, parameters) => {
    const missing = new Set<number>();
    const rowsOf = (decoded: Decoded, first: number): Promise<Float32Array> => {
      for (const { index, reason } of decoded.failures) {
        missing.add(first + index);
        request.onMissing?.(kept[first + index] as Sample, reason);
      }
      return maker.rows(decoded);
    };
    const maker = await RowMaker.create(plan, device, pool);
    try {
      const prepare = (part: readonly Sample[]): Promise<Decoded> => maker.decode(part, decode, []);
      const chunks = prefetch(chunksOf(kept, plan.batch), prepare, decodedAhead(plan.batch));
      const logits = await evaluateChunks(chunks, rowsOf, network, parameters);
      return { logits: without(logits, missing, kept.length), samples: kept.filter((_, place) => !missing.has(place)) };
    } finally {
      await maker.release();
    }
  };
  return { held: { samples: kept, judge, release: () => Promise.resolve() }, failures, cached: false };
}

/** The rows that are not missing. @param logits [count, classes] */
function without(logits: Float32Array, missing: ReadonlySet<number>, count: number): Float32Array {
  if (missing.size === 0) return logits;
  const classes = logits.length / count;
  return logits.filter((_, index) => !missing.has(Math.floor(index / classes)));
}

function chunksOf<Item>(items: readonly Item[], length: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
}

/** @param rowsOf what was prepared ahead, when it has its turn; `first` is the place of its first item among all */
async function evaluateChunks<Item, Value>(
  chunks: AsyncIterable<Prefetched<readonly Item[], Value>>,
  rowsOf: (value: Value, first: number) => Promise<Float32Array>,
  network: Network,
  parameters: ReadonlyMap<string, Tensor> | undefined,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let first = 0;
  for await (const { batch, value } of chunks) {
    parts.push(await network.evaluate(await rowsOf(value, first), batch.length, parameters));
    first += batch.length;
  }
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
