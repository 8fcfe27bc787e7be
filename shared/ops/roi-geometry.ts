/** Where RoiAlign samples a picture, along one axis at a time. */
import type { Emitter } from '#shared/ops/emitter.ts';

/**
 * Samples of all regions along one axis: values are [R, pooled, samples], or have 1 where nothing changes. Sample g of
 * cell p lies at start + (p + (g + ½) / grid) · length / pooled.
 */
export interface RoiAxis {
  readonly size: number;
  readonly pooled: number;
  /** Samples per cell. Given as 0 in the node, their number follows from each region's own size. */
  readonly grid: string;
  /** Whether a region has this sample at all; undefined where every region has every sample. */
  readonly present: string | undefined;
  /** Coordinates held within the picture. */
  readonly at: string;
  /** 1 where a sample is present and no further than one pixel outside the picture, else 0. */
  readonly counts: string;
  /** 1 where a sample moves with its region, else 0. */
  readonly moves: string;
  /** ∂ coordinate / ∂ length. */
  readonly share: string;
  /** ∂ length / ∂ (end − start): 0 where a shorter region is taken to be one pixel long. */
  readonly grows: string | undefined;
}

function ramp(g: Emitter, count: number, shape: readonly number[]): string {
  return g.constantOf(
    shape,
    Array.from({ length: count }, (_, index) => index),
  );
}

/** @param coordinate 0 for x, 1 for y: its column of the regions [x₁, y₁, x₂, y₂] */
export function roiAxis(g: Emitter, coordinate: 0 | 1, size: number, pooled: number): RoiAxis {
  const [regions] = g.inputShape(1) as [number, number];
  const halfPixel =
    g.string('coordinate_transformation_mode', g.builder.opset < 16 ? '' : 'half_pixel') === 'half_pixel';
  const column = (index: number): string => {
    const value = g.builder.slice(g.input(1), [1], [index], [index + 1]);
    const scaled = g.scale(g.builder.reshape(value, [regions, 1, 1]), g.float('spatial_scale', 1));
    return g.shift(scaled, halfPixel ? -0.5 : 0);
  };
  const start = column(coordinate);
  const extent = g.sub(column(coordinate + 2), start);
  const length = halfPixel ? extent : g.builder.op('Max', [extent, g.scalar(1)]);

  const given = g.int('sampling_ratio', 0);
  const own = g.unary('Ceil', g.scale(length, 1 / pooled));
  const grid = given > 0 ? g.scalar(given) : g.builder.op('Max', [own, g.scalar(1)]);
  const sample = given > 0 ? ramp(g, given, [1, 1, given]) : upTo(g, grid);
  const present = given > 0 ? undefined : g.builder.op('Less', [sample, own]);

  const within = g.div(g.shift(sample, 0.5), grid);
  const share = g.scale(g.add(ramp(g, pooled, [1, pooled, 1]), within), 1 / pooled);
  const free = g.add(start, g.mul(share, length));
  const at = g.builder.op('Clip', [free, g.scalar(0), g.scalar(size - 1)]);
  const near = g.builder.op('And', [
    g.builder.op('GreaterOrEqual', [free, g.scalar(-1)]),
    g.builder.op('LessOrEqual', [free, g.scalar(size)]),
  ]);
  const counts = g.asFloat(present === undefined ? near : g.builder.op('And', [near, present]));
  const moves = g.mul(counts, g.indicator('Equal', free, at));
  const grows = halfPixel ? undefined : g.indicator('Greater', extent, g.scalar(1));
  return { size, pooled, grid, present, at, counts, moves, share, grows };
}

/** 0, 1, … up to the greatest of `counts`, as [1, 1, samples]; how many is known only while running. */
export function upTo(g: Emitter, counts: string): string {
  const flat = g.builder.reshape(counts, [-1]);
  const most = g.builder.reshape(g.builder.reduce('ReduceMax', flat, [0], false), []);
  return g.builder.reshape(g.builder.op('Range', [g.scalar(0), most, g.scalar(1)]), [1, 1, -1]);
}

/** What the samples of one axis pull at: the sum of all, and that weighted by their share of the length. */
export interface RoiPull {
  readonly axis: RoiAxis;
  readonly total: string;
  readonly stretch: string;
}

/**
 * Gradient of the regions [R, 4] from what their samples pull at. A coordinate is s + share · l with s = scale · start
 * and l = scale · (end − start), or a length that stands still.
 */
export function regionGradient(g: Emitter, regions: number, x: RoiPull, y: RoiPull): string {
  const scale = g.float('spatial_scale', 1);
  const column = (value: string): string => g.builder.reshape(value, [regions, 1]);
  const ends = [x, y].map(({ axis, stretch }) =>
    column(axis.grows === undefined ? stretch : g.mul(column(stretch), column(axis.grows))),
  );
  const starts = [x, y].map(({ total }, index) => g.sub(column(total), ends[index] as string));
  return g.scale(g.builder.op('Concat', [...starts, ...ends], { axis: 1 }), scale);
}

/** 1 where region r lies in picture n, else 0: [N, R], from the picture of each region at input 2. */
export function regionOfBatch(g: Emitter, batch: number, regions: number): string {
  const pictures = Array.from({ length: batch }, (_, index) => index);
  const of = g.builder.reshape(g.input(2), [1, regions]);
  return g.asFloat(g.builder.op('Equal', [g.builder.constant('int64', [batch, 1], pictures), of]));
}
