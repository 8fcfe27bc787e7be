/**
 * Values that are other views of values: what gradients of convolutions read. They are looked through, so that what is in
 * the blocked layout need not leave it to be seen differently.
 */
import { sameShape, type Shape } from '#shared/core/shape.ts';
import { intsAttribute, producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { numbers } from '#shared/ir/tensor.ts';
import type { Layouts } from '#shared/compiler/cpu/layout.ts';

export class Views {
  readonly #initializers: Graph['initializers'];
  readonly #layouts: Layouts;
  readonly #producers: ReadonlyMap<string, Node>;

  constructor(graph: Graph, layouts: Layouts) {
    this.#initializers = graph.initializers;
    this.#layouts = layouts;
    this.#producers = producers(graph);
  }

  /** Whether it is any of these. */
  isView(value: string): boolean {
    return [this.joined(value), this.samplesOf(value), this.exchanged(value), this.turned(value)].some(
      (source) => source !== undefined,
    );
  }

  /** The [N, C, H, W] that a value [1, N·C, H, W] or [N·C, 1, H, W] is another view of. */
  joined(value: string): string | undefined {
    const node = this.#producers.get(value);
    const source = node?.op === 'Reshape' && node.domain === '' ? (node.inputs[0] as string) : undefined;
    if (source === undefined || !this.#layouts.divides(source)) return undefined;
    const [batch, channels, ...size] = this.#shapeOf(source) as [number, number, ...number[]];
    const [first, second, ...own] = this.#shapeOf(value) as [number, number, ...number[]];
    const joins = Math.min(first, second) === 1 && Math.max(first, second) === batch * channels;
    return joins && sameShape(size, own) ? source : undefined;
  }

  /** The value that these are some samples of. */
  samplesOf(value: string): { readonly source: string; readonly slice: Node } | undefined {
    const slice = this.#producers.get(value);
    if (slice?.op !== 'Slice' || slice.domain !== '' || slice.inputs.length !== 4) return undefined;
    const source = slice.inputs[0] as string;
    const isOfSamples = this.#constant(slice.inputs[3] as string) === '0';
    return isOfSamples && this.#layouts.divides(source) ? { source, slice } : undefined;
  }

  /** The [N, C, H, W] that a value is with its first axes exchanged. */
  exchanged(value: string): string | undefined {
    const node = this.#producers.get(value);
    const isExchange = node?.op === 'Transpose' && intsAttribute(node, 'perm')?.join() === '1,0,2,3';
    const source = isExchange ? (node.inputs[0] as string) : '';
    return this.#layouts.divides(source) ? source : undefined;
  }

  /** The kernel [M, C, h, w] that a value [C, M, h, w] is turned around, for the gradient of a convolution's input. */
  turned(value: string): string | undefined {
    const slice = this.#producers.get(value);
    if (slice?.op !== 'Slice' || slice.domain !== '' || slice.inputs.length !== 5) return undefined;
    const [starts, ends, axes, steps] = slice.inputs.slice(1).map((name) => this.#constant(name));
    const [height, width] = this.#shapeOf(value).slice(2) as [number, number];
    const turns = starts === '-1,-1' && steps === '-1,-1' && axes === '2,3';
    const isWhole = ends === `${-height - 1},${-width - 1}`;
    return turns && isWhole && this.#layouts.divides(value) ? this.exchanged(slice.inputs[0] as string) : undefined;
  }

  #shapeOf(value: string): Shape {
    return this.#layouts.typeOf(value)?.shape ?? [];
  }

  #constant(name: string): string | undefined {
    const tensor = this.#initializers.get(name);
    return tensor && [...numbers(tensor)].join();
  }
}
