/** Pooling over windows. */
import { elementCount } from '#shared/core/shape.ts';
import { decomposition, rule, type Family } from '#shared/ops/entry.ts';
import { taps, windowAxes, type WindowAxis } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import { maxPoolGradient } from '#shared/ops/max-pool.ts';
import { spreadWindows } from '#shared/ops/windows.ts';

const axesOf = (g: GradientContext): WindowAxis[] => windowAxes(g, g.ints('kernel_shape') ?? []);

/**
 * Divisor of each window along one axis: the kernel size, or with excluded padding the elements that are there.
 * Included padding still ends where the padded input does: a window that hangs over it (ceil_mode) counts less.
 */
function counts(axis: WindowAxis, includePadding: boolean): number[] {
  const low = includePadding ? -axis.begin : 0;
  const high = includePadding ? axis.input + axis.behind : axis.input;
  return Array.from({ length: axis.output }, (_, window) => {
    const start = window * axis.stride - axis.begin;
    return Array.from({ length: axis.kernel }, (_, tap) => start + tap * axis.dilation).filter(
      (place) => place >= low && place < high,
    ).length;
  });
}

/** y[w] = Σ over its window of x / count[w]: every element a window read gets dy[w] / count[w]. */
function averagePoolGradient(g: GradientContext): string {
  const axes = axesOf(g);
  const includePadding = g.int('count_include_pad', 0) === 1;
  const perAxis = axes.map((axis) => counts(axis, includePadding));
  const divisors = perAxis.reduce<number[]>((all, one) => all.flatMap((a) => one.map((b) => a * b)), [1]);
  const share = divisors.every((divisor) => divisor === divisors[0])
    ? g.scale(g.dy, 1 / (divisors[0] as number))
    : g.mul(
        g.dy,
        g.constantOf(
          [1, 1, ...axes.map((axis) => axis.output)],
          divisors.map((divisor) => 1 / divisor),
        ),
      );
  return spreadWindows(
    g,
    axes,
    taps(axes).map(() => share),
  );
}

/** Mean over all positions: dx = dy / positions everywhere. */
function globalAverageGradient(g: GradientContext): string {
  const positions = elementCount(g.inputShape(0).slice(2));
  return g.builder.expand(g.scale(g.dy, 1 / positions), g.inputShape(0));
}

/** Maximum over all positions: equal winners share. */
function globalMaxGradient(g: GradientContext): string {
  const spatial = g
    .inputShape(0)
    .slice(2)
    .map((_, axis) => axis + 2);
  const winners = g.indicator('Equal', g.x, g.y);
  return g.mul(winners, g.div(g.dy, g.sum(winners, spatial, true)));
}

/** |x|ᵖ */
function powers(l: LoweringContext): string {
  return l.pow(l.unary('Abs', l.x), l.int('p', 2));
}

export const pooling = {
  AveragePool: rule((g) => [g.when(0, () => averagePoolGradient(g))]),
  MaxPool: rule((g) => [g.when(0, () => maxPoolGradient(g, axesOf(g)))]),
  GlobalAveragePool: rule((g) => [g.when(0, () => globalAverageGradient(g))]),
  GlobalMaxPool: rule((g) => [g.when(0, () => globalMaxGradient(g))]),
  // (Σ |x|ᵖ)^(1/p) over each window, by an average that counts the padding
  LpPool: decomposition(
    (l) => {
      const { p, ...attributes } = l.node.attributes;
      const size = elementCount(l.ints('kernel_shape') ?? []);
      const pooled = l.builder.op('AveragePool', [powers(l)], { ...attributes, count_include_pad: 1 });
      return [l.pow(l.scale(pooled, size), 1 / (p?.type === 'int' ? p.value : 2))];
    },
    { refuses: (node) => (node.int('ceil_mode', 0) ? 'ceil_mode has no gradient rule yet.' : undefined) },
  ),
  GlobalLpPool: decomposition((l) => {
    const spatial = l
      .inputShape(0)
      .slice(2)
      .map((_, axis) => axis + 2);
    return [l.pow(l.sum(powers(l), spatial, true), 1 / l.int('p', 2))];
  }),
} as const satisfies Family;
