import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** Cuts from or adds to both ends of every axis, an odd element at the far end: the gradient does the opposite. */
function centerCropPadGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const added = shape.map((size, axis) => (g.outputShape(0)[axis] as number) - size);
  const front = added.map((count) => Math.trunc(count / 2));
  const back = added.map((count, axis) => count - (front[axis] as number));
  if (added.every((count) => count === 0)) return g.dy;
  return g.builder.op('Pad', [g.dy, g.builder.ints([...front, ...back].map((count) => -count))]);
}

export const centerCropPad = {
  CenterCropPad: rule((g) => [g.when(0, () => centerCropPadGradient(g))], { stops: [1] }),
} as const satisfies Family;
