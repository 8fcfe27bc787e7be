/** Where checkpoints stand: the cuts that keep a training step within a limit at the least work done twice. */
import { elementCount } from '#shared/core/shape.ts';
import { isRepeatable, readers, recompute, type Recomputed } from '#shared/compiler/checkpoint.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { bytesOf, peakMemory, type Types } from '#shared/compiler/memory.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { reads, type Graph, type Model, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

export interface Checkpointing {
  /** Positions between the forward nodes, as `recompute` takes them. */
  readonly cuts: readonly number[];
  /** Forward nodes that run twice. */
  readonly repeated: number;
  /** Estimated bytes at the worst moment, without and with checkpoints. */
  readonly before: number;
  readonly after: number;
  readonly limit: number;
}

/** Share of the memory that must be saved for work to be done twice at all. */
const leastGain = 0.02;

/** Numbers of segments that are tried: each third or so more than the one before. */
const segmentCounts = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/**
 * The checkpoints of the step that `emit` makes of `model`; undefined where it stays within `limit` bytes without,
 * or where none would help. If no choice keeps to the limit, it is the one that needs the least memory.
 */
export async function chooseCheckpoints(
  model: TypedModel,
  emit: () => Model,
  limit: number,
  oracle: Oracle,
): Promise<Checkpointing | undefined> {
  if (largestPeak(model.graph) <= limit) return undefined;
  const step = emit();
  const types = await typesOf(step, oracle);
  const before = peakMemory(step.graph, types);
  if (before <= limit) return undefined;
  const attempt = (cuts: readonly number[]): Attempt => attempted(step, model.graph, types, cuts);
  let best: Attempt | undefined;
  for (const cuts of divisions(step.graph, model.graph)) {
    const found = fewest(cuts, attempt, limit);
    if (!best || isBetter(found, best, limit)) best = found;
  }
  if (!best || best.peak > (1 - leastGain) * before) return undefined;
  return { cuts: best.cuts, repeated: best.repeated, before, after: best.peak, limit };
}

/** Whether the step that `emit` makes of `model` takes `limit` bytes at most. */
export async function staysWithin(
  limit: number,
  model: TypedModel,
  emit: () => Model,
  oracle: Oracle,
): Promise<boolean> {
  if (largestPeak(model.graph) <= limit) return true;
  const step = emit();
  return peakMemory(step.graph, await typesOf(step, oracle)) <= limit;
}

/**
 * More than any step takes, without asking the runtime for types: cotangents and what rules make in between are as
 * large as forward values, and of a weight there are its gradient, two moments, and the next of each.
 */
function largestPeak({ nodes, types, initializers }: TypedGraph): number {
  const activations = nodes.flatMap(({ outputs }) => outputs).reduce((sum, name) => sum + bytesOf(types, name), 0);
  const weights = [...initializers.keys()].reduce((sum, name) => sum + bytesOf(types, name), 0);
  return 8 * (activations + weights);
}

async function typesOf({ graph, ...model }: Model, oracle: Oracle): Promise<Map<string, TensorType>> {
  const values = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const inferred = await oracle.infer({ ...model, graph: { ...graph, outputs: [] } }, values);
  const types = new Map<string, TensorType>(graph.initializers);
  for (const { name, dtype, shape } of [...graph.inputs, ...inferred.values()]) {
    const fixed = shape.filter((dimension) => typeof dimension === 'number');
    if (fixed.length === shape.length) types.set(name, { dtype, shape: fixed });
  }
  return types;
}

interface Attempt {
  readonly cuts: readonly number[];
  readonly peak: number;
  readonly repeated: number;
  readonly work: number;
}

function attempted(step: Model, forward: TypedGraph, types: Types, cuts: readonly number[]): Attempt {
  const { graph, originals, repeated } = recompute(step.graph, forward, cuts, step.opsets[''] as number);
  const peak = peakMemory(graph, withCopies(types, originals));
  const work = repeated.reduce((total, node) => total + workOf(node, types), 0);
  return { cuts, peak, repeated: repeated.length, work };
}

function withCopies(types: Types, originals: Recomputed['originals']): Types {
  const all = new Map(types);
  for (const [copy, original] of originals) {
    const type = types.get(original);
    if (type) all.set(copy, type);
  }
  return all;
}

function isBetter(one: Attempt, other: Attempt, limit: number): boolean {
  if (one.peak <= limit && other.peak <= limit) return one.work < other.work;
  return one.peak < other.peak;
}

/** The first of `cuts`, as many as are needed; all where that is not enough. */
function fewest(cuts: readonly number[], attempt: (cuts: readonly number[]) => Attempt, limit: number): Attempt {
  let found = attempt(cuts);
  let [tooFew, enough] = [0, cuts.length];
  while (found.peak <= limit && enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    const fewer = attempt(cuts.slice(0, middle));
    if (fewer.peak <= limit) [found, enough] = [fewer, middle];
    else tooFew = middle;
  }
  return found;
}

/** Multiplications, near enough: elements of the output times what each is summed over. */
function workOf({ op, inputs, outputs }: Node, types: Types): number {
  const shapeOf = (name = ''): readonly number[] => types.get(name)?.shape ?? [];
  const made = elementCount(shapeOf(outputs[0]));
  if (op === 'MatMul' || op === 'Gemm') return made * (shapeOf(inputs[0]).at(-1) ?? 1);
  return op === 'Conv' ? made * elementCount(shapeOf(inputs[1]).slice(1)) : made;
}

/** For each number of segments, cuts that let each keep about as much for the backward pass. */
function divisions(step: Graph, forward: TypedGraph): number[][] {
  const crossing = crossingBytes(step, forward);
  const kept = keptBytes(step, forward);
  const total = kept.reduce((sum, bytes) => sum + bytes, 0);
  return segmentCounts.map((count) => {
    const cuts: number[] = [];
    let held = 0;
    let best: { cut: number; bytes: number; held: number } | undefined;
    kept.forEach((bytes, index) => {
      held += bytes;
      const across = crossing[index + 1];
      if (across !== undefined && 2 * count * held >= total && (!best || across <= best.bytes))
        best = { cut: index + 1, bytes: across, held };
      if (!best || count * held < total) return;
      cuts.push(best.cut);
      held -= best.held;
      best = undefined;
    });
    return cuts;
  });
}

/** Bytes each forward node makes that are kept for the backward pass. */
function keptBytes(step: Graph, forward: TypedGraph): number[] {
  const own = new Set(forward.nodes);
  const wanted = new Set(step.nodes.filter((node) => !own.has(node)).flatMap(reads));
  return forward.nodes.map((node) =>
    isRepeatable(node, forward)
      ? node.outputs.reduce((sum, name) => sum + (wanted.has(name) ? bytesOf(forward.types, name) : 0), 0)
      : 0,
  );
}

/**
 * Bytes a cut at each position keeps. There is no cut through a value that is read only once: onnxruntime may fuse its
 * reader with its maker, and could not where it is kept.
 */
function crossingBytes(step: Graph, forward: TypedGraph): (number | undefined)[] {
  const uses = readers(step.nodes);
  const lastRead = new Map<string, number>();
  forward.nodes.forEach((node, index) => {
    for (const name of reads(node)) lastRead.set(name, index);
  });
  const live = new Set<string>();
  const crossing: (number | undefined)[] = [undefined];
  forward.nodes.forEach((node, index) => {
    if (isRepeatable(node, forward)) for (const name of node.outputs) if (lastRead.has(name)) live.add(name);
    for (const name of reads(node)) if (lastRead.get(name) === index) live.delete(name);
    const isSound = [...live].every((name) => (uses.get(name) ?? 0) > 1) && index + 1 < forward.nodes.length;
    crossing.push(isSound ? [...live].reduce((sum, name) => sum + bytesOf(forward.types, name), 0) : undefined);
  });
  return crossing;
}
