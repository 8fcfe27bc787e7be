/**
 * Where a freeze line can stand. A cut is a single tensor that carries the whole flow; a stage is a named
 * part of the backbone that begins right behind a cut.
 */
import { elementCount } from '#shared/core/shape.ts';
import type { Graph, Node } from '#shared/ir/graph.ts';
import { producers, reads } from '#shared/ir/graph.ts';
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
  /** Values that nothing reads behind a node, by the node's position. */
  const ending = new Map<number, string[]>();
  const live = new Set<string>();
  const begin = (name: string, at: number): void => {
    live.add(name);
    const end = Math.max(at, lastUse.get(name) ?? at);
    const others = ending.get(end);
    if (others) others.push(name);
    else ending.set(end, [name]);
  };
  begin(input, 0);
  const cuts = new Map([[0, input]]);
  nodes.forEach((node, index) => {
    for (const name of node.outputs) if (dynamic.has(name) && lastUse.has(name)) begin(name, index);
    for (const name of ending.get(index) ?? []) live.delete(name);
    const [only] = live;
    if (live.size === 1 && only !== undefined) cuts.set(index + 1, only);
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
  const inside = new Set(nodes);
  /** What was put between, by what it made. */
  const between = producers({ ...graph, nodes: graph.nodes.filter((node) => !inside.has(node)) });
  const seen = new Set<string>();
  const owned = new Map<Node, string[]>();
  for (const node of nodes) {
    const fresh: string[] = [];
    const open = reads(node).toReversed();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      // What a node before has looked through holds nothing that is new.
      if (seen.has(name)) continue;
      seen.add(name);
      if (weights.has(name)) fresh.push(name);
      const maker = weights.has(name) ? undefined : between.get(name);
      for (const other of maker ? reads(maker).toReversed() : []) open.push(other);
    }
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

/** Parts of a module's path that stages are named by at most. */
const deepestScope = 3;

/** Norms alone do not begin a stage: they belong to the layer before them. */
const stageOpeners = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Gather', 'LSTM', 'GRU', 'RNN', 'Add']);

function stageStarts(
  nodes: readonly Node[],
  owned: ReadonlyMap<Node, string[]>,
  cuts: ReadonlyMap<number, string>,
): StageStart[] {
  const paths = nodes.map((node) => scopeOf(node, owned.get(node)));
  for (let depth = 1; depth <= deepestScope; depth++) {
    const starts = startsAtDepth(nodes, owned, cuts, paths, depth);
    if (starts.length >= 3 || depth === deepestScope)
      return starts.length > 1 ? starts : numberedStarts(nodes, owned, cuts);
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

/** The first parts of a name, the last one of all left out. */
function modulesOf(name: string, separator: string): string[] {
  const parts = name.split(separator, deepestScope + 1);
  return parts.length > deepestScope ? parts.slice(0, deepestScope) : parts.slice(0, -1);
}

/**
 * The module path of a node, outermost first: from PyTorch's node names (`/layer1/layer1.0/conv1/Conv`), else
 * from the name of its weight (`layer1.0.conv1.weight`); each part is the path down to it.
 */
function scopeOf(node: Node, weights: readonly string[] | undefined): readonly string[] {
  if (node.name.startsWith('/')) {
    const parts = modulesOf(node.name.slice(1), '/');
    if (parts.length > 0) return parts;
  }
  const weight = weights?.find((name) => name.includes('.') && !name.includes('::'));
  if (!weight) return [];
  const parts = modulesOf(weight, '.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}
