/** What the steps of a run are fed, prepared ahead of them, epoch after epoch without a pause in between. */
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { batchPlaces, type BatchPlaces } from '#electron/engine/training/batches.ts';
import type { LoopSteps, Network, StepResults } from '#electron/engine/training/network.ts';
import { batchesAtOnce, decodedAhead } from '#electron/engine/training/row-memory.ts';
import type { TrainingRows } from '#electron/engine/training/samples.ts';

/** Steps that are done in one run of the runtime. */
export interface Chunk {
  readonly epoch: number;
  /** Positions in the training split in the order of the epoch. */
  readonly order: Uint32Array;
  /** Number of the first step in its epoch, from 0. */
  readonly first: number;
  readonly count: number;
}

export interface Prepared {
  /** Of each step. */
  readonly places: readonly BatchPlaces[];
  readonly run: (steps: Pick<LoopSteps, 'rates' | 'firstStep' | 'masks'>) => Promise<StepResults>;
}

export interface Feed {
  readonly prepare: (chunk: Chunk) => Promise<Prepared>;
  /** Steps of a chunk at most. */
  readonly mostSteps: number;
  /** Chunks to have ready. */
  readonly ahead: number;
}

export async function feedOf(
  rows: TrainingRows,
  training: readonly Sample[],
  network: Network,
  plan: Plan,
): Promise<Feed> {
  switch (rows.kind) {
    case 'memory':
      return feedFromMemory(rows, network, plan);
    case 'file':
      return feedFromFile(rows, training, network, plan);
    case 'live':
      return feedLive(rows, training, network, plan);
  }
}

/** All rows are there: a run is told which to take. */
async function feedFromMemory(
  { rows, labels, rowOf }: Extract<TrainingRows, { kind: 'memory' }>,
  network: Network,
  plan: Plan,
): Promise<Feed> {
  const data = await network.keptLoopData(rows, labels);
  const prepare = async (chunk: Chunk): Promise<Prepared> => {
    const places = placesOf(chunk, plan);
    const order = BigInt64Array.from(positionsOf(places), (position) => BigInt(rowOf(position, chunk.epoch)));
    return { places, run: (steps) => network.loop(data, { order, weights: weightsOf(places), ...steps }) };
  };
  return { prepare, mostSteps: Number.POSITIVE_INFINITY, ahead: 1 };
}

/** Rows are read in the order in which they are wanted, and taken from the first to the last. */
function feedFromFile(
  { read }: Extract<TrainingRows, { kind: 'file' }>,
  training: readonly Sample[],
  network: Network,
  plan: Plan,
): Feed {
  const prepare = async (chunk: Chunk): Promise<Prepared> => {
    const places = placesOf(chunk, plan);
    const positions = positionsOf(places);
    const rows = await read(positions, chunk.epoch);
    const data = network.loopData(rows, labelsOf(positions, training));
    const order = BigInt64Array.from(positions.keys(), BigInt);
    return { places, run: (steps) => network.loop(data, { order, weights: weightsOf(places), ...steps }) };
  };
  return { prepare, mostSteps: batchesAtOnce(plan.batch, elementCount(plan.cut.shape)), ahead: 2 };
}

/** Pictures are decoded ahead; what is frozen runs when its step does, on the same device. */
function feedLive(
  { maker, missing, decodeOptions }: Extract<TrainingRows, { kind: 'live' }>,
  training: readonly Sample[],
  network: Network,
  plan: Plan,
): Feed {
  const prepare = async (chunk: Chunk): Promise<Prepared> => {
    const one = batchPlaces(chunk.order, chunk.first, plan.batch);
    const chosen = Array.from(one.positions, (position) => training[position] as Sample);
    const decoded = await maker.decode(chosen, decodeOptions(chunk.epoch), [...one.positions]);
    // A picture that has become unreadable counts for nothing.
    for (const { index } of decoded.failures) one.weights[index] = 0;
    const run: Prepared['run'] = async ({ rates, firstStep, masks }) => {
      for (const { index, reason } of decoded.failures) missing.note(chosen[index] as Sample, reason);
      // Nothing is learned from nothing.
      if (one.weights.every((weight) => weight === 0))
        return { losses: Float32Array.of(0), correct: Float32Array.of(0) };
      return network.step({
        rows: await maker.rows(decoded),
        labels: labelsOf(one.positions, training),
        weights: one.weights,
        rate: rates[0] as number,
        step: firstStep,
        masks,
      });
    };
    return { places: [one], run };
  };
  return { prepare, mostSteps: 1, ahead: decodedAhead(plan.batch) };
}

function placesOf({ order, first, count }: Chunk, { batch }: Plan): BatchPlaces[] {
  return Array.from({ length: count }, (_, index) => batchPlaces(order, first + index, batch));
}

/** Of all steps, one after the other. */
function positionsOf(places: readonly BatchPlaces[]): Uint32Array {
  return Uint32Array.from(places.flatMap(({ positions }) => [...positions]));
}

function weightsOf(places: readonly BatchPlaces[]): Float32Array {
  return Float32Array.from(places.flatMap(({ weights }) => [...weights]));
}

function labelsOf(positions: Uint32Array, training: readonly Sample[]): BigInt64Array {
  return BigInt64Array.from(positions, (position) => BigInt((training[position] as Sample).label));
}
