import type { Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { Node, TypedGraph } from '#shared/ir/graph.ts';
import type { DType } from '#shared/ir/tensor.ts';
import { NodeView } from '#shared/ops/node-view.ts';
import { sumOver } from '#shared/ops/sum.ts';

/** A node view that can also write: arithmetic in the node's own element type, so that rules read like formulas. */
export class Emitter extends NodeView {
  readonly builder: GraphBuilder;
  readonly #graph: Pick<TypedGraph, 'types' | 'initializers'>;

  constructor(node: Node, graph: Pick<TypedGraph, 'types' | 'initializers'>, builder: GraphBuilder) {
    super(node, graph);
    this.builder = builder;
    this.#graph = graph;
  }

  /** Element type the node computes in: that of the first output it gives. */
  get dtype(): DType {
    return this.outputType(this.node.outputs.findIndex((output) => output !== '')).dtype;
  }

  /** The same arithmetic written elsewhere: into the body of a Scan. */
  within(builder: GraphBuilder): Emitter {
    return new Emitter(this.node, this.#graph, builder);
  }

  scalar(value: number): string {
    return this.builder.scalar(this.dtype, value);
  }

  add(a: string, b: string): string {
    return this.builder.op('Add', [a, b]);
  }

  sub(a: string, b: string): string {
    return this.builder.op('Sub', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.builder.op('Mul', [a, b]);
  }

  div(a: string, b: string): string {
    return this.builder.op('Div', [a, b]);
  }

  pow(value: string, exponent: number): string {
    return this.builder.op('Pow', [value, this.scalar(exponent)]);
  }

  neg(value: string): string {
    return this.builder.op('Neg', [value]);
  }

  /** One-input operator of the same shape: Exp, Log, Sqrt, Tanh, … */
  unary(op: string, value: string): string {
    return this.builder.op(op, [value]);
  }

  /** value · factor */
  scale(value: string, factor: number): string {
    return factor === 1 ? value : this.mul(value, this.scalar(factor));
  }

  /** value + term */
  shift(value: string, term: number): string {
    return term === 0 ? value : this.add(value, this.scalar(term));
  }

  /** 1 − value */
  oneMinus(value: string): string {
    return this.sub(this.scalar(1), value);
  }

  /** 1 where the comparison holds, else 0, in the node's element type. */
  indicator(comparison: 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual' | 'Equal', a: string, b: string): string {
    return this.builder.cast(this.builder.op(comparison, [a, b]), this.dtype);
  }

  /** 1 where the bool value is true, else 0, in the node's element type. */
  asFloat(condition: string): string {
    return this.builder.cast(condition, this.dtype);
  }

  /** Sum over `axes` of a value of the node's element type; the value itself where there are none. */
  sum(value: string, axes: readonly number[], keepDimensions: boolean): string {
    return axes.length === 0 ? value : sumOver(this.builder, value, this.dtype, axes, keepDimensions);
  }

  zeros(shape: Shape): string {
    return this.builder.expand(this.scalar(0), shape);
  }

  /** A constant of the node's element type. */
  constantOf(shape: Shape, values: readonly number[]): string {
    return this.builder.constant(this.dtype, shape, values);
  }
}
