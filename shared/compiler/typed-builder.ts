/** Rewrites a graph whose types are known into another: nodes are appended one by one, and what is new gets its type. */
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { TypedGraph } from '#shared/ir/graph.ts';
import type { Tensor, TensorType } from '#shared/ir/tensor.ts';

export class TypedBuilder extends GraphBuilder {
  readonly #graph: TypedGraph;
  readonly #types: Map<string, TensorType>;

  constructor(graph: TypedGraph, opset: number) {
    super(opset);
    this.reserve(graph);
    this.#graph = graph;
    this.#types = new Map(graph.types);
  }

  typeOf(name: string): TensorType {
    const type = this.#types.get(name);
    if (!type) throw new Error(`no type for ${name}`);
    return type;
  }

  /** One node with one output of the type of its first input but for the shape; returns the output's name. */
  shaped(op: string, inputs: readonly string[], shape: Shape, attributes: Record<string, AttributeValue> = {}): string {
    const name = this.op(op, inputs, attributes);
    this.#types.set(name, { ...this.typeOf(inputs[0] as string), shape });
    return name;
  }

  reshaped(value: string, shape: Shape): string {
    const name = this.reshape(value, shape);
    this.#types.set(name, { ...this.typeOf(value), shape });
    return name;
  }

  override initializer(name: string, tensor: Tensor): string {
    this.#types.set(name, { dtype: tensor.dtype, shape: tensor.shape });
    return super.initializer(name, tensor);
  }

  /** The graph with the nodes appended in place of its own. */
  get rewritten(): TypedGraph {
    return {
      ...this.#graph,
      nodes: [...this.nodes],
      initializers: new Map([...this.#graph.initializers, ...this.initializers]),
      types: this.#types,
    };
  }
}
