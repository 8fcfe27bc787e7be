import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { Node, TypedGraph } from '#shared/ir/graph.ts';
import { Emitter } from '#shared/ops/emitter.ts';

/**
 * What a gradient rule works with. `x` are forward inputs, `y` forward outputs, and `dy` the cotangent of an
 * output: the gradient of the final scalar with respect to it, always in the output's exact shape.
 */
export class GradientContext extends Emitter {
  readonly #cotangents: readonly (string | undefined)[];
  readonly #wanted: readonly boolean[];

  constructor(
    node: Node,
    graph: Pick<TypedGraph, 'types' | 'initializers'>,
    builder: GraphBuilder,
    cotangents: readonly (string | undefined)[],
    wanted: readonly boolean[],
  ) {
    super(node, graph, builder);
    this.#cotangents = cotangents;
    this.#wanted = wanted;
  }

  /** Cotangent of the first output. */
  get dy(): string {
    return this.cotangent(0);
  }

  /** The first output. */
  get y(): string {
    return this.output(0);
  }

  /** The first input. */
  get x(): string {
    return this.input(0);
  }

  /** Cotangent of an output; zeros where nothing downstream depends on it. */
  cotangent(index: number): string {
    return this.#cotangents[index] ?? this.zeros(this.outputShape(index));
  }

  /** Whether anything downstream depends on this output. */
  reaches(index: number): boolean {
    return this.#cotangents[index] !== undefined;
  }

  /** An output that the node may have left out: then it is made to give it. */
  ensuredOutput(index: number): string {
    const { nodes } = this.builder;
    const given = this.node.outputs.find((output) => output !== '') as string;
    const place = nodes.findIndex(({ outputs }) => outputs.includes(given));
    const node = nodes[place];
    if (!node) throw new Error(`${this.node.op} is not in the graph that its gradient is appended to`);
    const known = node.outputs[index];
    if (known) return known;
    const name = this.builder.fresh(node.op.toLowerCase());
    const count = Math.max(node.outputs.length, index + 1);
    const outputs = Array.from({ length: count }, (_, at) => (at === index ? name : (node.outputs[at] ?? '')));
    nodes[place] = { ...node, outputs };
    return name;
  }

  /** Whether anyone asked for the gradient of this input. */
  needs(index: number): boolean {
    return this.#wanted[index] ?? false;
  }

  /** Computes a gradient only where it is asked for. */
  when(index: number, compute: () => string): string | undefined {
    return this.needs(index) ? compute() : undefined;
  }

  /** The same computation for every input, each only where it is asked for. */
  each(compute: (index: number) => string): (string | undefined)[] {
    return this.node.inputs.map((_, index) => this.when(index, () => compute(index)));
  }
}
