import type { WindowAxis } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { readWindows, spreadWindows, withEdges } from '#shared/ops/windows.ts';

/**
 * y[w] = max over its window: dy[w] goes to the first element that equals the maximum, as in PyTorch. Each tap in
 * turn takes what is left of dy where it holds the maximum, and the last takes the rest, so that nothing is lost.
 */
export function maxPoolGradient(g: GradientContext, axes: readonly WindowAxis[]): string {
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
