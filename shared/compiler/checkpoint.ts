/**
 * Gradient checkpointing: the forward nodes before the last cut fall into segments of which only what later segments
 * read is kept. The backward pass reads copies of everything else, computed again when it reaches the segment
 * (Chen et al. 2016).
 */
import { impure } from '#shared/compiler/folding.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { reads, type Graph, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import type { DType } from '#shared/ir/tensor.ts';

/** What a cut leaves of the forward pass. */
interface Division {
  /** Segment of each value that is computed again where the backward pass reads it. */
  readonly again: Map<string, number>;
  /** Forward nodes of each segment. */
  readonly segments: readonly (readonly Node[])[];
}

function divide(graph: Graph, forward: TypedGraph, cuts: readonly number[]): Division {
  const segments = cuts.map((cut, index) => forward.nodes.slice(cuts[index - 1] ?? 0, cut));
  const again = new Map<string, number>();
  segments.forEach((nodes, segment) => {
    for (const node of nodes)
      if (isRepeatable(node, forward)) for (const name of node.outputs) again.set(name, segment);
  });
  const segmentOf = new Map(segments.flatMap((nodes, segment) => nodes.map((node): [Node, number] => [node, segment])));
  for (const node of forward.nodes) {
    for (const name of reads(node)) if (again.get(name) !== segmentOf.get(node)) again.delete(name);
  }
  for (const { name } of graph.outputs) again.delete(name);
  return { again, segments };
}

/** Types a barrier can let through. */
const passable: ReadonlySet<DType | undefined> = new Set(['float32', 'float64', 'float16', 'int32', 'int64', 'bool']);

/** Whether a second run of this node gives the same, and can be put off. */
export function isRepeatable(node: Node, { types, initializers }: TypedGraph): boolean {
  const computed = reads(node).filter((name) => !initializers.has(name));
  return computed.length > 0 && computed.every((name) => passable.has(types.get(name)?.dtype)) && isPure(node);
}

function isPure(node: Node): boolean {
  const bodies = Object.values(node.attributes).flatMap(({ type, value }) => (type === 'graph' ? [value] : []));
  return !impure.has(node.op) && bodies.every((body) => body.nodes.every(isPure));
}

export interface Recomputed {
  readonly graph: Graph;
  /** The forward value behind each copy, and behind each value let through a barrier. */
  readonly originals: ReadonlyMap<string, string>;
  /** Forward nodes that run twice. */
  readonly repeated: readonly Node[];
}

/**
 * A training graph with the segments before each cut computed again on the way back.
 *
 * @param graph holds the nodes of `forward` themselves, then those of the loss, the backward pass and the update
 * @param cuts positions between the nodes of `forward`, ascending; what lies behind the last is kept as it is
 * @param opset of `graph`
 */
export function recompute(graph: Graph, forward: TypedGraph, cuts: readonly number[], opset: number): Recomputed {
  const { again, segments } = divide(graph, forward, cuts);
  // Found by what it makes: the backward pass may have asked it for one output more.
  const [closing] = (forward.nodes.at(-1) as Node).outputs;
  const last = graph.nodes.findLastIndex(({ outputs }) => outputs[0] === closing);
  const behind = graph.nodes.slice(last + 1);
  const wanted = segments.map(() => new Set<string>());
  for (const node of behind) for (const name of reads(node)) wanted[again.get(name) ?? -1]?.add(name);

  const builder = new GraphBuilder(opset, { ...graph, nodes: graph.nodes.slice(0, last + 1) });
  builder.reserve(graph);
  const copies = new Map<string, string>();
  const originals = new Map<string, string>();
  const repeated: Node[] = [];
  const uses = readers(graph.nodes);
  let awaited = forward.outputs.map(({ name }) => name);
  let done = 0;
  behind.forEach((node, index) => {
    const due = new Set(reads(node).flatMap((name) => (copies.has(name) ? [] : (again.get(name) ?? []))));
    for (const segment of due) {
      const nodes = makersOf(wanted[segment] as Set<string>, segments[segment] as readonly Node[], again, uses);
      const made = crossing(graph, behind, done, index);
      if (made.length > 0) awaited = made;
      const barrier = new Barrier(builder, forward, awaited);
      for (const one of nodes) repeat(one, builder, barrier, again, copies, originals);
      repeated.push(...nodes);
      done = index;
    }
    builder.append(renamed(node, copies));
  });
  holdBack(builder, forward, wanted);
  return { graph: builder.build(graph.name), originals, repeated };
}

/** What `nodes` from `start` to `end` made and a later one or the caller reads. */
function crossing(graph: Graph, nodes: readonly Node[], start: number, end: number): string[] {
  const later = new Set([...nodes.slice(end).flatMap(reads), ...graph.outputs.map(({ name }) => name)]);
  return nodes.slice(start, end).flatMap(({ outputs }) => outputs.filter((name) => later.has(name)));
}

/**
 * Lets values through no sooner than others are made. onnxruntime would merge a repeated node with the first one, and
 * run it as early as it can; it can do neither when an input is multiplied by a 1 that is known only once the others are.
 */
class Barrier {
  readonly #builder: GraphBuilder;
  readonly #forward: TypedGraph;
  readonly #isOpen: string;
  readonly #passed = new Map<string, string>();

  constructor(builder: GraphBuilder, forward: TypedGraph, after: readonly string[]) {
    this.#builder = builder;
    this.#forward = forward;
    const samples = after.map((name) =>
      builder.cast(builder.slice(builder.reshape(name, [-1]), [0], [0], [1]), 'float32'),
    );
    // Nothing is greater than infinity, which no optimizer of graphs takes into account.
    const sum = builder.reduce('ReduceSum', builder.op('Concat', samples, { axis: 0 }), [0], false);
    const isGreater = builder.op('Greater', [sum, builder.scalar('float32', Number.POSITIVE_INFINITY)]);
    this.#isOpen = builder.op('Not', [isGreater]);
  }

  /** Weights and constants are there from the start, and pass as they are. */
  pass(name: string): string {
    if (this.#forward.initializers.has(name)) return name;
    let passed = this.#passed.get(name);
    if (passed === undefined) {
      const dtype = this.#forward.types.get(name)?.dtype;
      passed =
        dtype === 'bool'
          ? this.#builder.op('And', [name, this.#isOpen])
          : this.#builder.op('Mul', [name, this.#one(dtype as DType)]);
      this.#passed.set(name, passed);
    }
    return passed;
  }

  #one(dtype: DType): string {
    const key = `1 ${dtype}`;
    let one = this.#passed.get(key);
    if (one === undefined) this.#passed.set(key, (one = this.#builder.cast(this.#isOpen, dtype)));
    return one;
  }
}

/** How many nodes read each value. */
export function readers(nodes: readonly Node[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of nodes.flatMap((node) => [...new Set(reads(node))])) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * Those of `nodes` that make one of `wanted` from what is kept. A value that would lose all its readers but one is taken
 * out of `again` and kept as well: onnxruntime might fuse that reader with its maker, and round differently.
 */
function makersOf(
  wanted: ReadonlySet<string>,
  nodes: readonly Node[],
  again: Map<string, number>,
  uses: ReadonlyMap<string, number>,
): Node[] {
  const needed = new Set(wanted);
  const makers = nodes
    .toReversed()
    .filter((node) => {
      const isNeeded = node.outputs.some((name) => needed.has(name) && again.has(name));
      if (isNeeded) for (const name of reads(node)) needed.add(name);
      return isNeeded;
    })
    .toReversed();
  const lonely = [...readers(makers)].filter(
    ([name, count]) => count === 1 && again.has(name) && !wanted.has(name) && (uses.get(name) ?? 0) > 1,
  );
  for (const [name] of lonely) again.delete(name);
  return lonely.length > 0 ? makersOf(wanted, nodes, again, uses) : makers;
}

/** Appends a copy of a node, itself without a name since names are one node's alone, and adds the new names of its outputs to `copies`. */
function repeat(
  node: Node,
  builder: GraphBuilder,
  barrier: Barrier,
  again: ReadonlyMap<string, number>,
  copies: Map<string, string>,
  originals: Map<string, string>,
): void {
  const names = new Map<string, string>();
  for (const name of reads(node)) names.set(name, copies.get(name) ?? barrier.pass(name));
  for (const name of node.outputs) {
    if (name === '') continue;
    names.set(name, builder.fresh(`again/${name}`));
    if (again.has(name)) copies.set(name, names.get(name) as string);
  }
  for (const [original, copy] of names) if (copy !== original) originals.set(copy, original);
  builder.append({ ...renamed(node, names), name: '' });
}

/**
 * The backward pass was a second reader of these values, which kept onnxruntime from fusing their nodes into others
 * that round differently. A second reader keeps the losses what they were; the first value's comes last, since the
 * runtime begins with the last node that nothing reads.
 */
function holdBack(builder: GraphBuilder, forward: TypedGraph, wanted: readonly ReadonlySet<string>[]): void {
  for (const name of wanted.flatMap((names) => [...names]).toReversed()) {
    const axes = (forward.types.get(name)?.shape ?? []).map((_, axis) => axis);
    if (axes.length > 0)
      builder.slice(
        name,
        axes,
        axes.map(() => 0),
        axes.map(() => 1),
      );
  }
}

function renamed(node: Node, names: ReadonlyMap<string, string>): Node {
  if (![...reads(node), ...node.outputs].some((name) => names.has(name))) return node;
  const alone = { name: '', inputs: [], outputs: [], nodes: [node], initializers: new Map() };
  return rename(alone, names).nodes[0] as Node;
}
