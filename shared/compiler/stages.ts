/**
 * Where a freeze line can stand. A cut is a single tensor that carries the whole flow; a stage is a named
 * part of the backbone that begins right behind a cut.
 */
import { elementCount } from '#shared/core/shape.ts';
import type { Graph, Node } from '#shared/ir/graph.ts';
import { reads } from '#shared/ir/graph.ts';
import { ancestors, descendants } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';

export interface StageCut {
  readonly stage: string;
  /** The single tensor the stage reads. */
  readonly tensor: string;
  /** Learned weights before and behind the cut. */
  readonly parametersBelow: number;
  readonly parametersAbove: number;
  /** Weights used first in this stage. */
  readonly parameters: readonly string[];
}

/** Positions between nodes (0 is before the first) where one value carries everything from `input` to `output`. */
function singleTensorCuts(
  nodes: readonly Node[],
  dynamic: ReadonlySet<string>,
  input: string,
  output: string,
): Map<number, string> {
  const lastUse = new Map<string, number>([[output, nodes.length]]);
  nodes.forEach((node, index) => {
    for (const name of reads(node)) if (dynamic.has(name)) lastUse.set(name, Math.max(index, lastUse.get(name) ?? 0));
  });
  const cuts = new Map<number, string>();
  const live = new Set([input]);
  if (live.size === 1) cuts.set(0, input);
  nodes.forEach((node, index) => {
    for (const name of node.outputs) if (dynamic.has(name) && lastUse.has(name)) live.add(name);
    for (const name of live) if ((lastUse.get(name) ?? -1) <= index) live.delete(name);
    if (live.size === 1) cuts.set(index + 1, [...live][0] as string);
  });
  return cuts;
}

/** Stages of a graph from `input` to `output`, input first. */
export function findStages(graph: Graph, input: string, output: string): StageCut[] {
  const dynamic = descendants(graph, [input]);
  const needed = ancestors(graph, [output]).nodes;
  const nodes = graph.nodes.filter((node) => needed.has(node) && node.outputs.some((name) => dynamic.has(name)));
  const cuts = singleTensorCuts(nodes, dynamic, input, output);
  const weights = new Set(trainableInitializers({ ...graph, nodes: graph.nodes.filter((node) => needed.has(node)) }));
  const size = (names: readonly string[]): number =>
    names.reduce((total, name) => total + elementCount(graph.initializers.get(name)?.shape ?? []), 0);
  const owned = weightsOfNodes(graph, nodes, weights);
  const starts = stageStarts(nodes, owned, cuts);
  const total = size([...weights]);
  let below = 0;
  return starts.map((start, index) => {
    const parameters = nodes.slice(start.first, starts[index + 1]?.first).flatMap((node) => owned.get(node) ?? []);
    const cut = {
      stage: start.stage,
      tensor: start.tensor,
      parametersBelow: below,
      parametersAbove: total - below,
      parameters,
    };
    below += size(parameters);
    return cut;
  });
}

/** The weights each node is the first to use, looking through what an exporter puts between (Transpose, Identity). */
function weightsOfNodes(graph: Graph, nodes: readonly Node[], weights: ReadonlySet<string>): Map<Node, string[]> {
  const behind = new Map<string, readonly string[]>();
  const inside = new Set(nodes);
  const seen = new Set<string>();
  const owned = new Map<Node, string[]>();
  for (const node of graph.nodes) {
    const used = reads(node).flatMap((name) => (weights.has(name) ? [name] : (behind.get(name) ?? [])));
    if (!inside.has(node)) {
      for (const name of node.outputs) behind.set(name, used);
      continue;
    }
    const fresh = used.filter((name) => !seen.has(name));
    for (const name of fresh) seen.add(name);
    if (fresh.length > 0) owned.set(node, fresh);
  }
  return owned;
}

interface StageStart {
  readonly stage: string;
  readonly tensor: string;
  /** Index of the first node behind the cut. */
  readonly first: number;
}

/** Norms alone do not begin a stage: they belong to the layer before them. */
const stageOpeners = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Gather', 'LSTM', 'GRU', 'RNN', 'Add']);

function stageStarts(
  nodes: readonly Node[],
  owned: ReadonlyMap<Node, string[]>,
  cuts: ReadonlyMap<number, string>,
): StageStart[] {
  const paths = nodes.map((node) => scopeOf(node, owned.get(node)));
  for (let depth = 1; depth <= 3; depth++) {
    const starts = startsAtDepth(nodes, owned, cuts, paths, depth);
    if (starts.length >= 3 || depth === 3) return starts.length > 1 ? starts : numberedStarts(nodes, owned, cuts);
  }
  return [];
}

function startsAtDepth(
  nodes: readonly Node[],
  owned: ReadonlyMap<Node, string[]>,
  cuts: ReadonlyMap<number, string>,
  paths: readonly (readonly string[])[],
  depth: number,
): StageStart[] {
  const starts: StageStart[] = [];
  const taken = new Set<string>();
  let current = '';
  let cut: { first: number; tensor: string } | undefined;
  nodes.forEach((node, index) => {
    const here = cuts.get(index);
    if (here !== undefined) cut = { first: index, tensor: here };
    if (!owned.has(node)) return;
    const path = paths[index] as readonly string[];
    const stage = path[Math.min(depth, path.length) - 1] ?? current;
    if (stage !== current && stageOpeners.has(node.op) && cut && !taken.has(stage)) {
      starts.push({ stage, ...cut });
      taken.add(stage);
      current = stage;
    }
    cut = undefined;
  });
  return starts;
}

/** Without usable names: a stage begins at every cut before a weight, at most eight of them, evenly spread. */
function numberedStarts(
  nodes: readonly Node[],
  owned: ReadonlyMap<Node, string[]>,
  cuts: ReadonlyMap<number, string>,
): StageStart[] {
  const all: { first: number; tensor: string }[] = [];
  let cut: { first: number; tensor: string } | undefined;
  nodes.forEach((node, index) => {
    const here = cuts.get(index);
    if (here !== undefined) cut = { first: index, tensor: here };
    if (!owned.has(node)) return;
    if (cut) all.push(cut);
    cut = undefined;
  });
  const every = Math.max(1, Math.ceil(all.length / 8));
  return all
    .filter((_, index) => index % every === 0)
    .map((start, index) => ({ ...start, stage: `stage${index + 1}` }));
}

/**
 * The module path of a node, outermost first: from PyTorch's node names (`/layer1/layer1.0/conv1/Conv`), else
 * from the name of its weight (`layer1.0.conv1.weight`); each part is the path down to it.
 */
function scopeOf(node: Node, weights: readonly string[] | undefined): readonly string[] {
  if (node.name.startsWith('/')) {
    const parts = node.name.split('/').slice(1, -1);
    if (parts.length > 0) return parts;
  }
  const weight = weights?.find((name) => name.includes('.') && !name.includes('::'));
  if (!weight) return [];
  const parts = weight.split('.').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}
