/**
 * Sampling pictures between their pixels: s[b, c, p] = Σ over taps of weight · X[b, c, place], where the taps are the
 * pixels around point p. Weights are products of one factor per axis, so that dX = Σ weight · ds added at the places
 * read, and a point's coordinate gets Σ ds · X[place] · (slope of its own axis) · (factors of the others).
 */
import { elementCount } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import { addAt, pickAt } from '#shared/ops/places.ts';

export type Interpolation = 'nearest' | 'linear' | 'cubic';

/** What lies beyond the edges: zeros, the edge itself, or the picture mirrored around its outermost pixels or edges. */
export type Padding = 'zeros' | 'border' | 'mirrored pixels' | 'mirrored edges';

/** What points read along one axis, tap by tap; values are [B, taps, P]. */
export interface AxisTaps {
  readonly size: number;
  readonly count: number;
  /** Indices into the axis. */
  readonly places: string;
  readonly weights: string;
  /** Of the weights, by the position in pixels; may have one element for all B and P. Undefined where flat. */
  readonly slopes: string | undefined;
}

const offsets = { nearest: [0], linear: [0, 1], cubic: [-1, 0, 1, 2] } as const;

/** Coefficients of 1, f, f² and f³ of the weights of the four pixels around f: Keys' kernel with a = −¾. */
const cubic = [
  [0, 1, 0, 0],
  [-0.75, 0, 0.75, 0],
  [1.5, -2.25, 1.5, -0.75],
  [-0.75, 1.25, -1.25, 0.75],
] as const;

/** Weights of the taps and their slopes, from where a point lies between them. */
function weigh(g: Emitter, mode: Interpolation, fraction: string): Pick<AxisTaps, 'weights' | 'slopes'> {
  const perTap = (values: readonly number[]): string => g.constantOf([1, values.length, 1], values);
  if (mode === 'nearest') return { weights: perTap([1]), slopes: undefined };
  if (mode === 'linear') {
    const before = g.oneMinus(fraction);
    return { weights: g.builder.op('Concat', [before, fraction], { axis: 1 }), slopes: perTap([-1, 1]) };
  }
  const [c0, c1, c2, c3] = cubic;
  const horner = (...coefficients: readonly (readonly number[])[]): string =>
    coefficients.map(perTap).reduce((value, coefficient) => g.add(g.mul(value, fraction), coefficient));
  return {
    weights: horner(c3, c2, c1, c0),
    slopes: horner(
      c3.map((value) => 3 * value),
      c2.map((value) => 2 * value),
      c1,
    ),
  };
}

function mirrored(g: Emitter, places: string, size: number, padding: Padding): string {
  const onPixels = padding === 'mirrored pixels';
  const period = onPixels ? Math.max(2 * (size - 1), 1) : 2 * size;
  const turns = g.unary('Floor', g.div(places, g.scalar(period)));
  const within = g.sub(places, g.scale(turns, period));
  const back = g.sub(g.scalar(onPixels ? period : period - 1), within);
  return g.builder.op('Where', [g.builder.op('Less', [within, g.scalar(size)]), within, back]);
}

/** @param at coordinates along this axis in pixels, [B, 1, P] */
export function axisTaps(g: Emitter, at: string, size: number, mode: Interpolation, padding: Padding): AxisTaps {
  const base = g.unary(mode === 'nearest' ? 'Round' : 'Floor', at);
  const count = offsets[mode].length;
  const read = g.add(base, g.constantOf([1, count, 1], offsets[mode]));
  const inside = padding.startsWith('mirrored') ? mirrored(g, read, size, padding) : read;
  const clipped = g.builder.op('Clip', [inside, g.scalar(0), g.scalar(size - 1)]);
  const places = g.builder.cast(clipped, 'int64');
  const { weights, slopes } = weigh(g, mode, g.sub(at, base));
  if (padding !== 'zeros') return { size, count, places, weights, slopes };
  const there = g.indicator('Equal', read, clipped);
  const masked = slopes === undefined ? undefined : g.mul(slopes, there);
  return { size, count, places, weights: g.mul(weights, there), slopes: masked };
}

/** Every tap of one axis with every tap of the next: [B, a, P] and [B, b, P] to [B, a·b, P]. */
function combined(
  g: Emitter,
  axes: readonly AxisTaps[],
  values: readonly string[],
  combine: (left: string, right: string, axis: AxisTaps) => string,
): string {
  let count = axes[0]?.count ?? 1;
  return values.reduce((left, right, index) => {
    const axis = axes[index] as AxisTaps;
    const rows = g.builder.op('Unsqueeze', [left, g.builder.ints([2])]);
    const columns = g.builder.op('Unsqueeze', [right, g.builder.ints([1])]);
    count *= axis.count;
    return g.builder.reshape(combine(rows, columns, axis), [0, count, -1]);
  });
}

/** Pictures [B, C, …] with points to sample them at. Samples and their gradients are [B, C, P]. */
export class Sampling {
  readonly #g: Emitter;
  readonly #axes: readonly AxisTaps[];
  readonly #batch: number;
  readonly #channels: number;
  readonly #points: number;
  readonly #taps: number;
  /** Where in a flat picture each tap of each point reads: int64 [B, C, taps · P]. */
  readonly #places: string;
  #read: string | undefined;
  #weights: string | undefined;

  constructor(g: Emitter, axes: readonly AxisTaps[], batch: number, channels: number, points: number) {
    this.#g = g;
    this.#axes = axes;
    this.#batch = batch;
    this.#channels = channels;
    this.#points = points;
    this.#taps = axes.reduce((count, axis) => count * axis.count, 1);
    const { builder } = g;
    const places = combined(
      g,
      axes,
      axes.map((axis) => axis.places),
      (left, right, { size }) => g.add(g.mul(left, builder.scalar('int64', size)), right),
    );
    const reads = this.#taps * points;
    this.#places = builder.expand(builder.reshape(places, [batch, 1, reads]), [batch, channels, reads]);
  }

  /** The samples of pictures `x`. */
  samples(x: string): string {
    const g = this.#g;
    return g.sum(g.mul(this.#pixels(x), this.#perChannel(this.#allWeights())), [2], false);
  }

  /** Gradient of the pictures, flat: [B, C, pixels]. */
  gradientOfPictures(ds: string): string {
    const g = this.#g;
    const size = elementCount(this.#axes.map((axis) => axis.size));
    const shares = g.mul(this.#perTap(ds), this.#perChannel(this.#allWeights()));
    const flat = g.builder.reshape(shares, [this.#batch, this.#channels, this.#taps * this.#points]);
    return addAt(g, [this.#batch, this.#channels, size], 2, this.#places, flat);
  }

  /** Gradient of the points' coordinates in pixels, by axis: [B, P]. Undefined where samples do not move with them. */
  gradientOfPoints(x: string, ds: string): string[] | undefined {
    const g = this.#g;
    const axes = this.#axes;
    if (axes.some((axis) => axis.slopes === undefined)) return undefined;
    const pulls = g.sum(g.mul(this.#pixels(x), this.#perTap(ds)), [1], false);
    return axes.map((_, own) => {
      const factors = axes.map((axis, index) => (index === own ? (axis.slopes as string) : axis.weights));
      return g.sum(g.mul(pulls, this.#product(factors)), [1], false);
    });
  }

  /** What every tap reads: [B, C, taps, P]. */
  #pixels(x: string): string {
    const g = this.#g;
    const size = elementCount(this.#axes.map((axis) => axis.size));
    const flat = (): string => g.builder.reshape(x, [this.#batch, this.#channels, size]);
    return (this.#read ??= g.builder.reshape(pickAt(g, flat(), 2, this.#places), [
      this.#batch,
      this.#channels,
      this.#taps,
      this.#points,
    ]));
  }

  #allWeights(): string {
    return (this.#weights ??= this.#product(this.#axes.map((axis) => axis.weights)));
  }

  #product(factors: readonly string[]): string {
    return combined(this.#g, this.#axes, factors, (left, right) => this.#g.mul(left, right));
  }

  #perChannel(value: string): string {
    return this.#g.builder.op('Unsqueeze', [value, this.#g.builder.ints([1])]);
  }

  #perTap(value: string): string {
    return this.#g.builder.op('Unsqueeze', [value, this.#g.builder.ints([2])]);
  }
}
