/** Reading sliding windows tap by tap, and adding values back to where the windows read. */
import type { Emitter } from '#shared/ops/emitter.ts';
import { taps, type WindowAxis } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** `x` [N, C, …] with what windows read beyond its edges filled in. */
export function withEdges(g: Emitter, axes: readonly WindowAxis[], x: string, fill: number): string {
  const front = axes.map((axis) => axis.begin);
  const back = axes.map((axis) => Math.max(axis.end, 0));
  if ([...front, ...back].every((size) => size === 0)) return x;
  return g.builder.op('Pad', [x, g.builder.ints([0, 0, ...front, 0, 0, ...back]), g.scalar(fill)]);
}

/**
 * What each tap reads from `source` (`withEdges`, or that with its first two axes exchanged): one value with the
 * output's spatial shape per tap, in the order of `taps`.
 *
 * With a stride, one axis is cut after another, since a row that is cut once serves every tap of the next axis
 * (CPU, 16×64×112², 3×3 stride 2: 36 ms instead of 57); without, one cut per tap copies less.
 */
export function readWindows(g: Emitter, axes: readonly WindowAxis[], source: string): string[] {
  if (axes.every((axis) => axis.stride === 1)) {
    return taps(axes).map((tap) => cut(g, source, axes, tap, 0));
  }
  return axes.reduce<string[]>(
    (values, axis, index) =>
      values.flatMap((value) => Array.from({ length: axis.kernel }, (_, tap) => cut(g, value, [axis], [tap], index))),
    [source],
  );
}

/** What one tap reads along some spatial axes, of which `first` is the position of the first. */
function cut(g: Emitter, value: string, axes: readonly WindowAxis[], tap: readonly number[], first: number): string {
  const starts = axes.map((axis, index) => (tap[index] as number) * axis.dilation);
  const ends = axes.map((axis, index) => (starts[index] as number) + (axis.output - 1) * axis.stride + 1);
  const whole = axes.every(
    (axis, index) =>
      axis.stride === 1 && starts[index] === 0 && ends[index] === axis.begin + axis.input + Math.max(axis.end, 0),
  );
  if (whole) return value;
  return g.builder.slice(
    value,
    axes.map((_, index) => first + index + 2),
    starts,
    ends,
    axes.map((axis) => axis.stride),
  );
}

/**
 * Adds a value per tap, each in the output's shape, to the elements the tap read. The result has the input's shape.
 *
 * Positions are split by their remainder modulo the stride: within one remainder every tap is a plain shift, so the
 * sum is made of edge padding and additions, and the remainders are interleaved once at the end.
 */
export function spreadWindows(g: GradientContext, axes: readonly WindowAxis[], values: readonly string[]): string {
  const [batch, channels] = g.inputShape(0) as [number, number];
  const places = taps(axes).map((tap) => axes.map((axis, index) => (tap[index] as number) * axis.dilation));
  // Positions per remainder, enough for the furthest tap.
  const lengths = axes.map((axis) => axis.output + Math.floor(((axis.kernel - 1) * axis.dilation) / axis.stride));
  const sums = new Map<string, string>();
  places.forEach((place, position) => {
    const remainder = axes.map((axis, index) => (place[index] as number) % axis.stride).join();
    const front = axes.map((axis, index) => Math.floor((place[index] as number) / axis.stride));
    const back = axes.map((axis, index) => (lengths[index] as number) - axis.output - (front[index] as number));
    const shifted = pad(g, values[position] as string, front, back);
    const sum = sums.get(remainder);
    sums.set(remainder, sum === undefined ? shifted : g.add(sum, shifted));
  });
  const whole = interleave(g, axes, [batch, channels], lengths, sums, []);
  return fit(
    g,
    g.builder.reshape(whole, [batch, channels, ...axes.map((axis, index) => axis.stride * (lengths[index] as number))]),
    axes,
    lengths,
  );
}

/** Joins the remainders of one axis after another into [N, C, length, stride, length, stride, …]. */
function interleave(
  g: GradientContext,
  axes: readonly WindowAxis[],
  lead: readonly number[],
  lengths: readonly number[],
  sums: ReadonlyMap<string, string>,
  remainder: readonly number[],
): string {
  const split = [...lead, ...lengths.flatMap((length) => [length, 1])];
  const axis = axes[remainder.length];
  if (axis === undefined) {
    const sum = sums.get(remainder.join());
    return sum === undefined ? g.zeros(split) : g.builder.reshape(sum, split);
  }
  const parts = Array.from({ length: axis.stride }, (_, next) =>
    interleave(g, axes, lead, lengths, sums, [...remainder, next]),
  );
  const position = lead.length + 2 * remainder.length + 1;
  return parts.length === 1 ? (parts[0] as string) : g.builder.op('Concat', parts, { axis: position });
}

/** Cuts the padding off, and adds zeros for a tail that no window read. */
function fit(g: GradientContext, value: string, axes: readonly WindowAxis[], lengths: readonly number[]): string {
  const made = axes.map((axis, index) => axis.stride * (lengths[index] as number));
  const ends = axes.map((axis, index) => Math.min(made[index] as number, axis.begin + axis.input));
  const untouched = axes.every((axis, index) => axis.begin === 0 && ends[index] === made[index]);
  const trimmed = untouched
    ? value
    : g.builder.slice(
        value,
        axes.map((_, index) => index + 2),
        axes.map((axis) => axis.begin),
        ends,
      );
  return pad(
    g,
    trimmed,
    axes.map(() => 0),
    axes.map((axis, index) => axis.input - ((ends[index] as number) - axis.begin)),
  );
}

function pad(g: GradientContext, value: string, front: readonly number[], back: readonly number[]): string {
  if ([...front, ...back].every((size) => size === 0)) return value;
  return g.builder.op('Pad', [value, g.builder.ints([0, 0, ...front, 0, 0, ...back])]);
}
