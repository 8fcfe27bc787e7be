/**
 * GridSample: y[n, c, p] = Σ over taps of weight · X[n, c, place], where the taps are the pixels around point p of the
 * grid. Weights are products of one factor per axis, so that dX = Σ weight · dy added at the places read, and
 * dgrid = Σ dy · X[place] · (slope of the one axis) · (factors of the others) · (pixels per unit of the grid).
 */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { addAt, pickAt } from '#shared/ops/places.ts';

/** What a point reads along one axis, tap by tap; values are [N, taps, P]. */
interface AxisTaps {
  readonly size: number;
  readonly count: number;
  /** Indices into the axis. */
  readonly places: string;
  readonly weights: string;
  /** Of the weights, by the position in pixels; may have one element for all N and P. Undefined where flat. */
  readonly slopes: string | undefined;
  /** Pixels per unit of the grid. */
  readonly pixels: number;
}

/** Coefficients of 1, f, f² and f³ of the weights of the four pixels around f: Keys' kernel with a = −¾. */
const cubic = [
  [0, 1, 0, 0],
  [-0.75, 0, 0.75, 0],
  [1.5, -2.25, 1.5, -0.75],
  [-0.75, 1.25, -1.25, 0.75],
] as const;

type Interpolation = 'nearest' | 'linear' | 'cubic';

function interpolation(g: Emitter): Interpolation {
  const mode = g.string('mode', 'linear');
  if (mode === 'nearest') return 'nearest';
  return mode.endsWith('cubic') ? 'cubic' : 'linear';
}

const offsets = { nearest: [0], linear: [0, 1], cubic: [-1, 0, 1, 2] } as const;

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

/** Pixels beyond the edges seen in a mirror: in the edges' middles with aligned corners, else around the pixels. */
function reflected(g: Emitter, places: string, size: number, aligned: boolean): string {
  const period = aligned ? Math.max(2 * (size - 1), 1) : 2 * size;
  const turns = g.unary('Floor', g.div(places, g.scalar(period)));
  const within = g.sub(places, g.scale(turns, period));
  const mirrored = g.sub(g.scalar(aligned ? period : period - 1), within);
  return g.builder.op('Where', [g.builder.op('Less', [within, g.scalar(size)]), within, mirrored]);
}

/** @param grid coordinates along this axis, [N, 1, P] */
function axisTaps(g: Emitter, grid: string, size: number): AxisTaps {
  const mode = interpolation(g);
  const padding = g.string('padding_mode', 'zeros');
  const aligned = g.int('align_corners', 0) === 1;
  const pixels = (aligned ? size - 1 : size) / 2;
  // −1 and 1 are the middles of the outermost pixels with aligned corners, else their outer edges.
  const at = g.shift(g.scale(grid, pixels), (size - 1) / 2);
  const base = g.unary(mode === 'nearest' ? 'Round' : 'Floor', at);
  const count = offsets[mode].length;
  const read = g.add(base, g.constantOf([1, count, 1], offsets[mode]));
  const inside = padding === 'reflection' ? reflected(g, read, size, aligned) : read;
  const clipped = g.builder.op('Clip', [inside, g.scalar(0), g.scalar(size - 1)]);
  const places = g.builder.cast(clipped, 'int64');
  const { weights, slopes } = weigh(g, mode, g.sub(at, base));
  if (padding !== 'zeros') return { size, count, places, weights, slopes, pixels };
  const there = g.indicator('Equal', read, clipped);
  const masked = slopes === undefined ? undefined : g.mul(slopes, there);
  return { size, count, places, weights: g.mul(weights, there), slopes: masked, pixels };
}

/** Every tap of one axis with every tap of the next: [N, a, P] and [N, b, P] to [N, a·b, P]. */
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

function gridSampleGradient(g: GradientContext): Contribution[] {
  const [batch, channels, ...sizes] = g.inputShape(0) as [number, number, ...number[]];
  const gridShape = g.inputShape(1);
  const points = elementCount(gridShape.slice(1, -1));
  const nothing = (index: number): string => g.zeros(g.inputShape(index));
  if (elementCount(g.outputShape(0)) === 0) return g.each(nothing);

  const coordinates = g.builder.reshape(g.input(1), [batch, points, sizes.length]);
  // The grid's last axis lists coordinates from the innermost axis outwards.
  const axes = sizes.map((size, axis) => {
    const component = sizes.length - 1 - axis;
    const column = g.builder.slice(coordinates, [2], [component], [component + 1]);
    return axisTaps(g, g.builder.reshape(column, [batch, 1, points]), size);
  });
  const product = (factors: readonly string[]): string =>
    combined(g, axes, factors, (left, right) => g.mul(left, right));
  const places = combined(
    g,
    axes,
    axes.map((axis) => axis.places),
    (left, right, { size }) => g.add(g.builder.op('Mul', [left, g.builder.scalar('int64', size)]), right),
  );
  const taps = axes.reduce((count, axis) => count * axis.count, 1);
  const flat: Shape = [batch, channels, elementCount(sizes)];
  const read = g.builder.expand(g.builder.reshape(places, [batch, 1, taps * points]), [batch, channels, taps * points]);
  const dy = g.builder.reshape(g.dy, [batch, channels, 1, points]);

  const gradientOfX = (): string => {
    const weights = product(axes.map((axis) => axis.weights));
    const shares = g.mul(dy, g.builder.op('Unsqueeze', [weights, g.builder.ints([1])]));
    const added = addAt(g, flat, 2, read, g.builder.reshape(shares, [batch, channels, taps * points]));
    return g.builder.reshape(added, g.inputShape(0));
  };
  const gradientOfGrid = (): string => {
    if (axes.some((axis) => axis.slopes === undefined)) return nothing(1);
    const values = g.builder.reshape(pickAt(g, g.builder.reshape(g.x, flat), 2, read), [batch, channels, taps, points]);
    const pulls = g.sum(g.mul(values, dy), [1], false);
    const components = axes.map(({ pixels }, own) => {
      const factors = axes.map((axis, index) => (index === own ? (axis.slopes as string) : axis.weights));
      const slope = g.sum(g.mul(pulls, product(factors)), [1], false);
      return g.builder.reshape(g.scale(slope, pixels), [batch, points, 1]);
    });
    return g.builder.reshape(g.builder.op('Concat', components.toReversed(), { axis: 2 }), gridShape);
  };
  return [g.when(0, gradientOfX), g.when(1, gradientOfGrid)];
}

export const gridSample = {
  GridSample: rule(gridSampleGradient),
} as const satisfies Family;
