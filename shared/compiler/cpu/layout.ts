/**
 * Values in two layouts. onnxruntime's fastest convolutions on a processor want channels in blocks, NC/bHWb, as its own
 * optimizer arranges them in models whose weights are constant. In a training step weights are inputs, so Graft does it.
 * Here is kept which values exist in which layout, and conversions are written where a value is wanted in the other.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Node } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

/** Where onnxruntime keeps the operators of its blocked layout. */
export const blockedDomain = 'com.microsoft.nchwc';

export class Layouts {
  readonly builder: GraphBuilder;
  /** Channels in a block. */
  readonly block: number;
  readonly #types: ReadonlyMap<string, TensorType>;
  /** Name of the blocked form of each value that has one. */
  readonly #blocked = new Map<string, string>();
  /** Values without a plain form so far: the node to run for it, or undefined to take the blocked form apart. */
  readonly #deferred = new Map<string, Node | undefined>();

  constructor(graph: Graph, opset: number, types: ReadonlyMap<string, TensorType>, block: number) {
    this.builder = new GraphBuilder(opset);
    this.builder.reserve(graph);
    this.block = block;
    this.#types = types;
  }

  typeOf(value: string): TensorType | undefined {
    return this.#types.get(value);
  }

  /** Whether these are pictures [N, C, H, W], of whatever type, whose channels come in whole blocks. */
  divides(value: string): boolean {
    const shape = this.#types.get(value)?.shape ?? [];
    return shape.length === 4 && (shape[1] as number) % this.block === 0 && !shape.includes(0);
  }

  hasPlain(value: string): boolean {
    return !this.#deferred.has(value);
  }

  hasBlocked(value: string): boolean {
    return this.#blocked.has(value);
  }

  /** Puts a node off until someone wants what it makes in the plain layout. */
  defer(node: Node): void {
    this.#deferred.set(node.outputs[0] as string, node);
  }

  /** Says that `blocked` holds the value in the blocked layout, and nothing yet in the plain one. */
  become(value: string, blocked: string, plainly?: Node): void {
    this.#blocked.set(value, blocked);
    this.#deferred.set(value, plainly);
  }

  /** The node with every operand in the plain layout. */
  append(node: Node): void {
    for (const input of node.inputs) this.plain(input);
    this.builder.append(node);
  }

  /** Sees to it that the value exists in the plain layout, under its own name. */
  plain(value: string): string {
    if (!this.#deferred.has(value)) return value;
    const node = this.#deferred.get(value);
    this.#deferred.delete(value);
    if (node) this.append(node);
    else this.builder.append(this.#reorder('ReorderOutput', this.#blocked.get(value) as string, value));
    return value;
  }

  /** The value in the blocked layout. */
  blocked(value: string): string {
    const known = this.#blocked.get(value);
    if (known) return known;
    const name = this.builder.fresh(`${value}/blocked`);
    this.builder.append(this.#reorder('ReorderInput', this.plain(value), name));
    this.#blocked.set(value, name);
    return name;
  }

  #reorder(op: string, input: string, output: string): Node {
    const channels = this.#types.get(output)?.shape[1] as number;
    const attributes = op === 'ReorderOutput' ? { channels: { type: 'int' as const, value: channels } } : {};
    return { name: '', op, domain: blockedDomain, inputs: [input], outputs: [output], attributes };
  }
}
