/** Pooling over regions of interest, and undoing a pooling. */
import { elementCount } from '#shared/core/shape.ts';
import { unlessEmpty } from '#shared/ops/emptiness.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { averageGradient } from '#shared/ops/roi-align.ts';
import { pooledMaximumGradient, sampledMaximumGradient } from '#shared/ops/roi-max.ts';

/**
 * Y is zero but for Y[indices] = X, over all elements: dX = dY[indices]. Of several that were written to one place the
 * last has stayed; the others get nothing.
 */
function unpoolGradient(g: GradientContext): string {
  const count = elementCount(g.inputShape(0));
  const places = g.builder.reshape(g.input(1), [-1]);
  const int = (value: number): string => g.builder.scalar('int64', value);
  const order = g.builder.op('Range', [int(0), int(count), int(1)]);
  const nobody = g.builder.expand(int(-1), [elementCount(g.outputShape(0))]);
  const writer = g.builder.op('ScatterElements', [nobody, places, order], { axis: 0 });
  const stayed = g.asFloat(g.builder.op('Equal', [g.builder.op('Gather', [writer, places]), order]));
  const read = g.builder.op('Gather', [g.builder.reshape(g.dy, [-1]), places]);
  return g.builder.reshape(g.mul(read, stayed), g.inputShape(0));
}

export const regions = {
  RoiAlign: rule(
    unlessEmpty((g) => (g.string('mode', 'avg') === 'max' ? sampledMaximumGradient(g) : averageGradient(g))),
    { stops: [2] },
  ),
  // Regions are rounded to whole pixels.
  MaxRoiPool: rule(
    unlessEmpty((g) => [g.when(0, () => pooledMaximumGradient(g))]),
    { stops: [1] },
  ),
  MaxUnpool: rule((g) => [g.when(0, () => unpoolGradient(g))], { stops: [1, 2] }),
} as const satisfies Family;
