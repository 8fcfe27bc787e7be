/** Slice and Pad: what one cuts off, the gradient of the other puts back. */
import { normalizeAxis, type Shape } from '#shared/core/shape.ts';
import { addedAt, elementNumbers } from '#shared/ops/element-numbers.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { pad } from '#shared/ops/pad.ts';

/** One axis of a Slice, normalized: elements start, start + step, …, `count` of them. */
interface SliceAxis {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function sliceAxes(g: GradientContext): SliceAxis[] {
  const shape = g.inputShape(0);
  const starts = g.constant(1) as number[];
  const axes = g.constant(3) ?? starts.map((_, axis) => axis);
  const steps = g.constant(4) ?? starts.map(() => 1);
  return axes.map((given, index) => {
    const axis = normalizeAxis(given, shape.length);
    const size = shape[axis] as number;
    const step = steps[index] as number;
    const from = starts[index] as number;
    const start = Math.min(Math.max(from < 0 ? from + size : from, 0), step > 0 ? size : size - 1);
    return { axis, start, step, count: g.outputShape(0)[axis] as number };
  });
}

/** Where the cut is computed while running, the numbers of all elements are cut alike, and say where dy belongs. */
function computedSliceGradient(g: GradientContext): string {
  const numbers = g.builder.op('Slice', [elementNumbers(g), ...g.node.inputs.slice(1)]);
  return addedAt(g, numbers, 'once');
}

/** Puts dy back where it was cut: reversed axes turn round, steps are filled with zeros, edges are padded. */
function sliceGradient(g: GradientContext): string {
  if ([1, 3, 4].some((index) => g.isComputed(index))) return computedSliceGradient(g);
  const shape = g.inputShape(0);
  const axes = sliceAxes(g);
  let value = g.dy;
  const current = [...g.outputShape(0)];
  const backwards = axes.filter(({ step, count }) => step < 0 && count > 1);
  if (backwards.length > 0) value = reversed(g, value, backwards);
  for (const { axis, step, count } of axes) {
    if (Math.abs(step) === 1 || count < 2) continue;
    value = spaced(g, value, current, axis, Math.abs(step));
    current[axis] = (count - 1) * Math.abs(step) + 1;
  }
  const front = shape.map(() => 0);
  for (const { axis, start, step, count } of axes) {
    front[axis] = step > 0 ? start : start + (count - 1) * step;
  }
  const back = shape.map((size, axis) => size - (front[axis] as number) - (current[axis] as number));
  return padded(g, value, front, back);
}

function reversed(g: GradientContext, value: string, axes: readonly { axis: number; count: number }[]): string {
  return g.builder.slice(
    value,
    axes.map(({ axis }) => axis),
    axes.map(() => -1),
    axes.map(({ count }) => -count - 1),
    axes.map(() => -1),
  );
}

/** Puts `step − 1` zeros between neighbours along one axis. */
function spaced(g: GradientContext, value: string, shape: Shape, axis: number, step: number): string {
  const count = shape[axis] as number;
  const head = shape.slice(0, axis);
  const tail = shape.slice(axis + 1);
  const columns = g.builder.reshape(value, [...head, count, 1, ...tail]);
  const rank = shape.length + 1;
  const back = Array.from({ length: rank }, (_, position) => (position === axis + 1 ? step - 1 : 0));
  const filled = padded(
    g,
    columns,
    back.map(() => 0),
    back,
  );
  const flat = g.builder.reshape(filled, [...head, count * step, ...tail]);
  return g.builder.slice(flat, [axis], [0], [(count - 1) * step + 1]);
}

function padded(g: GradientContext, value: string, front: readonly number[], back: readonly number[]): string {
  if ([...front, ...back].every((size) => size === 0)) return value;
  return g.builder.op('Pad', [value, g.builder.ints([...front, ...back])]);
}

export const edges = {
  ...pad,
  Slice: rule((g) => [g.when(0, () => sliceGradient(g))], { stops: [1, 2, 3, 4] }),
} as const satisfies Family;
