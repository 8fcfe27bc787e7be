/** Weights of convolutions as the blocked layout wants them. */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { blockedDomain, type Layouts } from '#shared/compiler/cpu/layout.ts';
import type { Views } from '#shared/compiler/cpu/views.ts';

export class Kernels {
  readonly #layouts: Layouts;
  readonly #views: Views;
  /** Those arranged so far, by kind and name. */
  readonly #arranged = new Map<string, string>();

  constructor(layouts: Layouts, views: Views) {
    this.#layouts = layouts;
    this.#views = views;
  }

  /** The weight [M, C/g, h, w] of a convolution of all channels, or of each by itself. */
  arranged(weight: string, isDepthwise: boolean): string {
    const key = `${isDepthwise ? 'depthwise' : 'dense'} ${weight}`;
    const arranged = this.#arranged.get(key) ?? (isDepthwise ? this.#filter(weight) : this.#kernel(weight));
    this.#arranged.set(key, arranged);
    return arranged;
  }

  /** A depthwise filter [C, 1, h, w] as [C/b, h, w, b]: that is the layout of one picture with C channels. */
  #filter(weight: string): string {
    const source = this.#views.joined(weight);
    const { builder } = this.#layouts;
    const shape = this.#shapeOf(weight);
    if (source !== undefined) return builder.reshape(this.#layouts.blocked(source), shape);
    const [channels, , ...kernel] = shape as [number, number, ...number[]];
    const picture = builder.reshape(this.#layouts.plain(weight), [1, channels, ...kernel]);
    return builder.reshape(builder.op('ReorderInput', [picture], {}, blockedDomain), shape);
  }

  /** W [M, C, h, w] as [M/b, C/b, h, w, b of C, b of M], or with fewer channels than a block as [M/b, C, h, w, b of M]. */
  #kernel(weight: string): string {
    const { block, builder } = this.#layouts;
    const shape = this.#shapeOf(weight);
    const [outputs, inputs, ...kernel] = shape as [number, number, ...number[]];
    if (inputs < block) {
      const exchanged = this.#exchanged(weight);
      if (exchanged !== undefined) return builder.reshape(exchanged, shape);
      const thin = builder.reshape(this.#layouts.plain(weight), [outputs / block, block, inputs, elementCount(kernel)]);
      return builder.reshape(builder.transpose(thin, [0, 2, 3, 1]), shape);
    }
    const taps = elementCount(kernel);
    // Pictures with channels of one block: what makes one axis the innermost is the fast way to do it.
    const blocked = (value: string, picture: Shape): string =>
      builder.op('ReorderInput', [builder.reshape(value, picture)], {}, blockedDomain);
    const source = this.#views.turned(weight);
    if (source !== undefined) {
      const lined = blocked(this.#layouts.plain(source), [inputs, outputs, taps, 1]);
      const parted = builder.reshape(lined, [inputs / block, block, outputs / block, taps, block]);
      const arranged = builder.transpose(parted, [2, 0, 3, 1, 4]);
      return builder.reshape(builder.slice(arranged, [2], [-1], [-taps - 1], [-1]), shape);
    }
    const lined = blocked(this.#layouts.plain(weight), [outputs / block, block, inputs, taps]);
    const parted = builder.reshape(lined, [outputs / block, inputs / block, block, taps, block]);
    return builder.reshape(builder.transpose(parted, [0, 1, 3, 2, 4]), shape);
  }

  /** A value [C, N, H, W] that is [N, C, H, W] with its first axes exchanged, as [C/b, N, H·W, b]. */
  #exchanged(value: string): string | undefined {
    const source = this.#views.exchanged(value);
    if (source === undefined) return undefined;
    const { block, builder } = this.#layouts;
    const part = this.#views.samplesOf(source);
    let pictures = part ? builder.fresh(`${source}/blocked`) : this.#layouts.blocked(source);
    if (part) {
      const [, ...bounds] = part.slice.inputs;
      builder.append({
        ...part.slice,
        name: '',
        inputs: [this.#layouts.blocked(part.source), ...bounds],
        outputs: [pictures],
      });
    }
    const [samples, channels, ...size] = this.#shapeOf(source) as [number, number, ...number[]];
    pictures = builder.reshape(pictures, [samples, channels / block, elementCount(size), block]);
    return builder.transpose(pictures, [1, 0, 2, 3]);
  }

  #shapeOf(value: string): Shape {
    return this.#layouts.typeOf(value)?.shape ?? [];
  }
}
