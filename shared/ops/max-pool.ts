import { elementCount } from '#shared/core/shape.ts';
import { describeWindows, type WindowAxis } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { sizes, spell } from '#shared/ops/spelling.ts';
import { readWindows, spreadWindows, withEdges } from '#shared/ops/windows.ts';

/** dX of a maximum over windows; usually scattered, where the graph is written for a processor. */
export function maxPoolGradient(g: GradientContext, axes: readonly WindowAxis[]): string {
  const canScatter = g.builder.opset >= 16;
  const ways = { scattered: canScatter ? () => scattered(g) : undefined, taps: () => byTaps(g, axes) };
  const usual = canScatter && g.builder.target.channelBlock !== undefined ? 'scattered' : 'taps';
  const key = `${sizes(g.inputShape(0))} → ${sizes(g.outputShape(0).slice(1))}, ${describeWindows(axes)}, ${g.dtype}`;
  return spell(g, 'MaxPoolGradient', key, ways, usual);
}

/**
 * The maxima are found once more, with their places, and each dy is added to its own: one element after the other, for
 * which other devices have no kernel. CPU, 16×64×112², 3×3 stride 2: 35 ms instead of 125.
 */
function scattered(g: GradientContext): string {
  // Places are counted along rows, however the node itself counts them.
  const attributes = { ...g.node.attributes, storage_order: 0 };
  const [, places] = g.builder.opN('MaxPool', [g.x], 2, attributes) as [string, string];
  const flat = (value: string): string => g.builder.reshape(value, [-1]);
  const zeros = g.zeros([elementCount(g.inputShape(0))]);
  const added = g.builder.op('ScatterElements', [zeros, flat(places), flat(g.dy)], { axis: 0, reduction: 'add' });
  return g.builder.reshape(added, g.inputShape(0));
}

/**
 * y[w] = max over its window: dy[w] goes to the first element that equals the maximum, as in PyTorch. Each tap in
 * turn takes what is left of dy where it holds the maximum, and the last takes the rest, so that nothing is lost.
 */
function byTaps(g: GradientContext, axes: readonly WindowAxis[]): string {
  const reads = readWindows(g, axes, withEdges(g, axes, g.x, -Infinity));
  let left = g.dy;
  const shares = reads.map((read, tap) => {
    if (tap === reads.length - 1) return left;
    // A product: the runtime selects ten times slower than it multiplies.
    const share = g.mul(left, g.asFloat(g.builder.op('Equal', [read, g.y])));
    left = g.sub(left, share);
    return share;
  });
  return spreadWindows(g, axes, shares);
}
