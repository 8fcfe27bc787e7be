/** Pad: the gradient leaves the border out, or adds it where it was copied from. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { mapAxis, sparseMatrix } from '#shared/ops/axis-map.ts';
import { addedAt, elementNumbers } from '#shared/ops/element-numbers.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

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
  const pads = [...front, ...back].map((size) => -size);
  return pads.every((size) => size === 0) ? g.dy : g.builder.op('Pad', [g.dy, g.builder.ints(pads)]);
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
  if (mode !== 'constant') return addedAt(g, paddedAlike(g, elementNumbers(g), ''), 'copies');
  const border = g.builder.scalar('int64', elementCount(g.inputShape(0)));
  return addedAt(g, paddedAlike(g, elementNumbers(g), border), 'bordered');
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

export const pad = {
  Pad: rule(
    (g) => [
      g.when(0, () => padGradient(g)),
      undefined,
      g.needs(2) && g.string('mode', 'constant') === 'constant' ? borderGradient(g) : undefined,
    ],
    { stops: [1, 3] },
  ),
} as const satisfies Family;
