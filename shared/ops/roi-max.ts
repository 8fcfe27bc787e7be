/**
 * Maxima over regions of interest. Every output picks one of its candidates, w · X[place], and its gradient goes there:
 * candidates are laid out, the winners found again, and w · dy added at their places.
 */
import type { Contribution } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { addAt, pickAt } from '#shared/ops/places.ts';
import { regionGradient, roiAxis, upTo, type RoiAxis } from '#shared/ops/roi-geometry.ts';

/** Candidates along one axis, [R, pooled, candidates]; a value may have 1 where it does not change. */
export interface Candidates {
  readonly size: number;
  readonly pooled: number;
  /** Whole numbers within the axis, in the node's element type. */
  readonly places: string;
  readonly weights: string;
  /** Bool; undefined where all are there. */
  readonly present: string | undefined;
}

/** What a maximum knows of its winners; values are [R, pooled, pooled, C]. */
export interface Winners {
  /** X at the winner. */
  readonly read: string;
  /** dy in this layout. */
  readonly dy: string;
  /** Of a value per candidate of both axes, [R, pooled, pooled, candidates], the winner's. */
  readonly pick: (perCandidate: string) => string;
  /** Joins a value of the vertical axis and one of the horizontal axis, candidate by candidate. */
  readonly pair: (vertical: string, horizontal: string, combine: (v: string, h: string) => string) => string;
  readonly gradientOfX: () => string;
}

/**
 * @param picture of each region, int64 [R]
 */
function winners(g: GradientContext, picture: string, y: Candidates, x: Candidates): Winners {
  const [batch, channels, height, width] = g.inputShape(0) as [number, number, number, number];
  const [regions] = g.outputShape(0) as [number];
  const cells = [regions, y.pooled, x.pooled];
  const pair: Winners['pair'] = (vertical, horizontal, combine) => {
    const rows = g.builder.op('Unsqueeze', [vertical, g.builder.ints([2, 4])]);
    const columns = g.builder.op('Unsqueeze', [horizontal, g.builder.ints([1, 3])]);
    return g.builder.reshape(combine(rows, columns), [...cells, -1]);
  };
  const whole = (value: string): string => g.builder.cast(value, 'int64');
  const int = (value: number): string => g.builder.scalar('int64', value);
  const place = pair(whole(y.places), whole(x.places), (v, h) => g.add(g.builder.op('Mul', [v, int(width)]), h));
  const weight = pair(y.weights, x.weights, (v, h) => g.mul(v, h));
  // Of each channel of each region: where its plane begins.
  const plane = g.builder.op('Mul', [
    g.builder.op('Add', [
      g.builder.op('Mul', [g.builder.reshape(picture, [regions, 1, 1, 1]), int(channels)]),
      g.builder.constant(
        'int64',
        [channels],
        Array.from({ length: channels }, (_, index) => index),
      ),
    ]),
    int(height * width),
  ]);
  const perChannel = (value: string): string => g.builder.op('Unsqueeze', [value, g.builder.ints([3])]);
  const all = g.builder.op('Add', [g.builder.op('Unsqueeze', [plane, g.builder.ints([4])]), perChannel(place)]);
  const source = g.builder.reshape(g.x, [-1]);
  const values = g.mul(g.builder.op('Gather', [source, all]), perChannel(weight));
  const present = presence(g, pair, y, x);
  const competing =
    present === undefined ? values : g.builder.op('Where', [perChannel(present), values, g.scalar(-Infinity)]);
  const winner = g.builder.op('ArgMax', [competing], { axis: 4, keepdims: 0 });
  const pick = (perCandidate: string): string => pickAt(g, perCandidate, 3, winner);
  const chosen = g.builder.op('Add', [plane, pick(place)]);
  const dy = g.builder.transpose(g.dy, [0, 2, 3, 1]);
  return {
    read: g.builder.op('Gather', [source, chosen]),
    dy,
    pick,
    pair,
    gradientOfX: () => {
      const shares = g.builder.reshape(g.mul(dy, pick(weight)), [-1]);
      const added = addAt(g, [batch * channels * height * width], 0, g.builder.reshape(chosen, [-1]), shares);
      return g.builder.reshape(added, g.inputShape(0));
    },
  };
}

function presence(g: Emitter, pair: Winners['pair'], y: Candidates, x: Candidates): string | undefined {
  if (y.present === undefined || x.present === undefined) return undefined;
  return pair(y.present, x.present, (v, h) => g.builder.op('And', [v, h]));
}

/** Candidates of RoiAlign's maxima: the pixels on both sides of a sample, each with its share of it. */
function sampledCandidates(g: Emitter, axis: RoiAxis): Candidates & { slopes: string } {
  const both = (before: string, behind: string): string => g.builder.op('Concat', [before, behind], { axis: 2 });
  const before = g.unary('Floor', axis.at);
  const behind = g.builder.op('Min', [g.shift(before, 1), g.scalar(axis.size - 1)]);
  const fraction = g.sub(axis.at, before);
  // Samples beyond the picture compete as zeros; those that a region does not have do not compete.
  const present = axis.present && g.builder.op('And', [axis.present, g.builder.op('Equal', [axis.at, axis.at])]);
  return {
    ...axis,
    places: both(before, behind),
    weights: both(g.mul(g.oneMinus(fraction), axis.counts), g.mul(fraction, axis.counts)),
    slopes: both(g.neg(axis.moves), axis.moves),
    present: present && both(present, present),
  };
}

/** RoiAlign by maxima: as onnxruntime has it, over the four products of weight and pixel of every sample. */
export function sampledMaximumGradient(g: GradientContext): Contribution[] {
  const [, , height, width] = g.inputShape(0) as [number, number, number, number];
  const [regions, , pooledHeight, pooledWidth] = g.outputShape(0) as [number, number, number, number];
  const axes = [roiAxis(g, 1, height, pooledHeight), roiAxis(g, 0, width, pooledWidth)] as const;
  const [y, x] = [sampledCandidates(g, axes[0]), sampledCandidates(g, axes[1])];
  const won = winners(g, g.input(2), y, x);
  const gradientOfRegions = (): string => {
    const pulls = g.mul(won.dy, won.read);
    const summed = (vertical: string, horizontal: string): string =>
      g.sum(g.mul(pulls, won.pick(won.pair(vertical, horizontal, (v, h) => g.mul(v, h)))), [1, 2, 3], true);
    const shared = (axis: RoiAxis, slopes: string): string =>
      g.mul(slopes, g.builder.op('Concat', [axis.share, axis.share], { axis: 2 }));
    return regionGradient(
      g,
      regions,
      { axis: axes[1], total: summed(y.weights, x.slopes), stretch: summed(y.weights, shared(axes[1], x.slopes)) },
      { axis: axes[0], total: summed(y.slopes, x.weights), stretch: summed(shared(axes[0], y.slopes), x.weights) },
    );
  };
  return [g.when(0, won.gradientOfX), g.when(1, gradientOfRegions)];
}

/** Candidates of MaxRoiPool along one axis: whole pixels from ⌊p · bin⌋ to ⌈(p + 1) · bin⌉ of a rounded region. */
function pooledCandidates(g: Emitter, coordinate: 0 | 1, size: number, pooled: number): Candidates {
  const [regions] = g.inputShape(1) as [number];
  const column = (index: number): string => {
    const value = g.builder.slice(g.input(1), [1], [index], [index + 1]);
    const scaled = g.scale(g.builder.reshape(value, [regions, 1, 1]), g.float('spatial_scale', 1));
    // Halves are rounded away from zero.
    return g.mul(g.unary('Sign', scaled), g.unary('Floor', g.shift(g.unary('Abs', scaled), 0.5)));
  };
  const start = column(1 + coordinate);
  const length = g.builder.op('Max', [g.shift(g.sub(column(3 + coordinate), start), 1), g.scalar(1)]);
  const bin = g.div(length, g.scalar(pooled));
  const cells = Array.from({ length: pooled }, (_, index) => index);
  const limit = (rounding: string, from: readonly number[]): string => {
    const edge = g.unary(rounding, g.mul(g.constantOf([1, pooled, 1], from), bin));
    return g.builder.op('Clip', [g.add(edge, start), g.scalar(0), g.scalar(size)]);
  };
  const first = limit('Floor', cells);
  const end = limit(
    'Ceil',
    cells.map((cell) => cell + 1),
  );
  const free = g.add(first, upTo(g, g.builder.op('Max', [g.sub(end, first), g.scalar(1)])));
  const present = g.builder.op('Less', [free, end]);
  const places = g.builder.op('Min', [free, g.scalar(size - 1)]);
  return { size, pooled, places, weights: g.asFloat(present), present };
}

export function pooledMaximumGradient(g: GradientContext): string {
  const [, , height, width] = g.inputShape(0) as [number, number, number, number];
  const [, , pooledHeight, pooledWidth] = g.outputShape(0) as [number, number, number, number];
  const picture = g.builder.cast(g.builder.slice(g.input(1), [1], [0], [1]), 'int64');
  const y = pooledCandidates(g, 1, height, pooledHeight);
  return winners(g, picture, y, pooledCandidates(g, 0, width, pooledWidth)).gradientOfX();
}
