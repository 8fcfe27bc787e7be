import type { GraphBuilder } from '#shared/ir/builder.ts';
import { intsAttribute, type Attribute, type Node } from '#shared/ir/graph.ts';
import type { DType } from '#shared/ir/tensor.ts';
import type { Facts } from '#shared/onnx/upgrade/facts.ts';

/** Appends what a node of an older operator set means in the newer one, the last part by `become`. */
export type Rewrite = (rewriting: Rewriting) => void;

/** A node's former form, by the operator set that ended it: the rewriting is for models older than that. */
export interface Change {
  readonly before: number;
  readonly rewrite: Rewrite;
}
export type Changes = Readonly<Record<string, readonly Change[]>>;

/** A node on its way to a newer operator set. */
export class Rewriting {
  readonly node: Node;
  readonly builder: GraphBuilder;
  readonly facts: Facts;
  /** Every value that some node, body or the outside reads. */
  readonly used: ReadonlySet<string>;
  /** The model's file, for errors. */
  readonly path: string;

  constructor(node: Node, builder: GraphBuilder, facts: Facts, used: ReadonlySet<string>, path: string) {
    this.node = node;
    this.builder = builder;
    this.facts = facts;
    this.used = used;
    this.path = path;
  }

  get x(): string {
    return this.node.inputs[0] ?? '';
  }

  get y(): string {
    return this.node.outputs[0] ?? '';
  }

  ints(name: string): readonly number[] | undefined {
    return intsAttribute(this.node, name);
  }

  /** Whether anyone reads this output. */
  isUsed(index: number): boolean {
    return this.used.has(this.node.outputs[index] ?? '');
  }

  /** The node stays as it is. */
  stay(): void {
    this.builder.append(this.node);
  }

  /** The node itself, its name and outputs kept, with what is new. */
  become(changes: Partial<Pick<Node, 'op' | 'inputs' | 'outputs' | 'attributes'>>): void {
    this.builder.append({ ...this.node, ...changes });
  }

  /** The node's attributes but for some. */
  attributesWithout(...names: readonly string[]): Record<string, Attribute> {
    return Object.fromEntries(Object.entries(this.node.attributes).filter(([name]) => !names.includes(name)));
  }

  /** A float constant of an element type. */
  float(value: number, dtype: DType, shape: readonly number[] = []): string {
    const values = Array.from({ length: shape[0] ?? 1 }, () => value);
    if (dtype === 'float32' || dtype === 'float64') return this.builder.constant(dtype, shape, values);
    return this.builder.cast(this.builder.constant('float32', shape, values), dtype);
  }
}
