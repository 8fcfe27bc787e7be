/** In which layout a processor's kernels have what lies around a node (see cpu/layout.ts): it decides what is rearranged. */
import { elementwise } from '#shared/compiler/cpu/blocked-channels.ts';
import { convolutionKind } from '#shared/compiler/cpu/convolution-kind.ts';
import { sameShape } from '#shared/core/shape.ts';
import type { Node } from '#shared/ir/graph.ts';
import type { ChoicePoint } from '#shared/ir/target.ts';

export class Surroundings {
  readonly #point: ChoicePoint;
  readonly #block: number;
  readonly #known = new Map<string, boolean>();

  constructor(point: ChoicePoint, block: number) {
    this.#point = point;
    this.#block = block;
  }

  /** Whether the node's first input is made in blocks. */
  get readsBlocks(): boolean {
    return this.#isMadeInBlocks(this.#point.node.inputs[0] ?? '');
  }

  /** Whether the gradient of its first output is: that of whatever is in blocks and reads it. */
  get isReadInBlocks(): boolean {
    return this.#isReadInBlocks(this.#point.node.outputs[0] ?? '');
  }

  #isMadeInBlocks(value: string): boolean {
    return this.#once(`made ${value}`, () => {
      const maker = this.#point.nodes.find(({ outputs }) => outputs.includes(value));
      if (!maker) return false;
      if (this.#convolves(maker)) return true;
      const whole = this.#whole(maker);
      return whole.length > 0 && whole.every((input) => this.#isMadeInBlocks(input));
    });
  }

  #isReadInBlocks(value: string): boolean {
    return this.#once(`read ${value}`, () => {
      // Nodes of the backward pass read it too, but what they make has no type here.
      const isForward = (node: Node): boolean => this.#point.typeOf(node.outputs[0] ?? '') !== undefined;
      const readers = this.#point.nodes.filter((node) => node.inputs.includes(value) && isForward(node));
      return (
        readers.length > 0 &&
        readers.every(
          (node) =>
            (this.#convolves(node) && this.#hasBlocks(value)) ||
            (this.#whole(node).includes(value) && this.#isReadInBlocks(node.outputs[0] as string)),
        )
      );
    });
  }

  #convolves(node: Node): boolean {
    return convolutionKind(node, this.#point.typeOf, this.#block) !== undefined;
  }

  #hasBlocks(value: string): boolean {
    return (this.#point.typeOf(value)?.shape[1] as number) % this.#block === 0;
  }

  /** Operands of an elementwise node that have its result's shape. */
  #whole(node: Node): string[] {
    const operator = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
    const shape = this.#point.typeOf(node.outputs[0] ?? '')?.shape;
    if (!elementwise.has(operator) || !shape) return [];
    return node.inputs.filter((input) => sameShape(this.#point.typeOf(input)?.shape ?? [], shape));
  }

  #once(question: string, answer: () => boolean): boolean {
    const known = this.#known.get(question);
    if (known !== undefined) return known;
    const found = answer();
    this.#known.set(question, found);
    return found;
  }
}
