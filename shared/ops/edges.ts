/** Slice and Pad: what one cuts off, the gradient of the other puts back. */
import { elementCount, normalizeAxis, type Shape } from '#shared/core/shape.ts';
import { mapAxis, sparseMatrix } from '#shared/ops/axis-map.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

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
  return addedAt(g, numbers, elementCount(g.inputShape(0)));
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

/** Front and back padding by axis, from the attribute-free form of operator set 11 and later. */
function padSizes(g: GradientContext): { front: number[]; back: number[] } {
  const rank = g.inputShape(0).length;
  const pads = g.constant(1) as number[];
  const axes = (g.constant(3) ?? pads.slice(0, rank).map((_, axis) => axis)).map((axis) => normalizeAxis(axis, rank));
  const front = Array.from({ length: rank }, () => 0);
  const back = [...front];
  axes.forEach((axis, index) => {
    front[axis] = pads[index] as number;
    back[axis] = pads[index + axes.length] as number;
  });
  return { front, back };
}

/** Constant padding: dy without the border. A negative pad cut elements off; they get zero. */
function constantPadGradient(g: GradientContext): string {
  const { front, back } = padSizes(g);
  return padded(
    g,
    g.dy,
    front.map((size) => -size),
    back.map((size) => -size),
  );
}

/** Which input element a padded position shows, along an axis of `size`. */
const paddingSource: Readonly<Record<string, (position: number, size: number) => number>> = {
  edge: (position, size) => Math.min(Math.max(position, 0), size - 1),
  reflect: (position, size) => {
    const period = Math.max(2 * (size - 1), 1);
    const folded = ((position % period) + period) % period;
    return folded < size ? folded : period - folded;
  },
  wrap: (position, size) => ((position % size) + size) % size,
};

/** Padding by copies of the input: each element sums what all its copies receive. */
function copiedPadGradient(g: GradientContext, mode: string): string {
  const { front } = padSizes(g);
  const source = paddingSource[mode] as (position: number, size: number) => number;
  const current = [...g.outputShape(0)];
  return g.inputShape(0).reduce((value, size, axis) => {
    const length = current[axis] as number;
    if (length === size && front[axis] === 0) return value;
    const copies = Array.from({ length }, (_, position) => ({
      row: source(position - (front[axis] as number), size),
      column: position,
      value: 1,
    }));
    const summed = mapAxis(g, value, current, axis, sparseMatrix(size, length, copies));
    current[axis] = size;
    return summed;
  }, g.dy);
}

/**
 * Padding that is computed while running, or that copies from what a negative pad left: the numbers of all elements
 * are padded alike, and say where dy belongs. A constant border gets a number of its own, which is dropped.
 */
function numberedPadGradient(g: GradientContext, mode: string): string {
  const count = elementCount(g.inputShape(0));
  const border = mode === 'constant' ? g.builder.scalar('int64', count) : '';
  return addedAt(g, paddedAlike(g, elementNumbers(g), border), count, mode === 'constant');
}

/** The node's own padding of another value. */
function paddedAlike(g: GradientContext, value: string, border: string): string {
  const inputs = [value, g.input(1), border, ...g.node.inputs.slice(3)];
  while (inputs.at(-1) === '') inputs.pop();
  return g.builder.op('Pad', inputs, { mode: g.string('mode', 'constant') });
}

function padGradient(g: GradientContext): string {
  const mode = g.string('mode', 'constant');
  if (g.isComputed(1) || g.isComputed(3)) return numberedPadGradient(g, mode);
  if (mode === 'constant') return constantPadGradient(g);
  const crops = g.constant(1)?.some((size) => size < 0);
  return crops ? numberedPadGradient(g, mode) : copiedPadGradient(g, mode);
}

/** The value a border is filled with: Σ dy over the border, which is where padded zeros become ones. */
function borderGradient(g: GradientContext): string {
  const border = paddedAlike(g, g.zeros(g.inputShape(0)), g.scalar(1));
  const axes = g.outputShape(0).map((_, axis) => axis);
  return g.builder.reshape(g.sum(g.mul(g.dy, border), axes, false), g.inputShape(2));
}

/** The numbers 0, 1, … of the first input's elements, in its shape. */
function elementNumbers(g: GradientContext): string {
  const shape = g.inputShape(0);
  const range = [0, elementCount(shape), 1].map((value) => g.builder.scalar('int64', value));
  return g.builder.reshape(g.builder.op('Range', range), shape);
}

/** Adds each dy to the element of the first input whose number it shows; `count` stands for none of them if `border`. */
function addedAt(g: GradientContext, numbers: string, count: number, border = false): string {
  const size = elementCount(g.outputShape(0));
  const column = g.builder.reshape(numbers, [size, 1]);
  const places = g.zeros([border ? count + 1 : count]);
  const dy = g.builder.reshape(g.dy, [size]);
  // Each element is shown once, except by padding with copies, which operator set 16's adding scatter is for.
  const adds = g.node.op === 'Pad' && !border ? { reduction: 'add' } : {};
  const added = g.builder.op('ScatterND', [places, column, dy], adds);
  return g.builder.reshape(border ? g.builder.slice(added, [0], [0], [count]) : added, g.inputShape(0));
}

export const edges = {
  Slice: rule((g) => [g.when(0, () => sliceGradient(g))], { stops: [1, 2, 3, 4] }),
  Pad: rule(
    (g) => [
      g.when(0, () => padGradient(g)),
      undefined,
      g.needs(2) && g.string('mode', 'constant') === 'constant' ? borderGradient(g) : undefined,
    ],
    { stops: [1, 3] },
  ),
} as const satisfies Family;
