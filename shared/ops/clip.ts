import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

type Comparison = 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual';

/** A limit that is infinite is none. */
function hasLimit(g: GradientContext, index: number, open: number): boolean {
  return g.hasInput(index) && g.constant(index)?.[0] !== open;
}

/**
 * dy between the limits and 0 beyond them. At a limit it is 0 too if both are constants, as for PyTorch's ReLU6; next
 * to a limit that is computed or trained it is dy, as for PyTorch's clamp.
 */
function valueGradient(g: GradientContext): string {
  const inclusive = [1, 2].some((index) => g.isComputed(index) || g.needs(index));
  const side = (index: number, comparison: Comparison): string =>
    inclusive
      ? g.builder.op(`${comparison}OrEqual`, [g.x, g.input(index)])
      : g.builder.op(comparison, [g.y, g.input(index)]);
  const sides: string[] = [];
  if (hasLimit(g, 1, -Infinity)) sides.push(side(1, 'Greater'));
  if (hasLimit(g, 2, Infinity)) sides.push(side(2, 'Less'));
  if (sides.length === 0) return g.dy;
  const inside = sides.length === 2 ? g.builder.op('And', sides) : (sides[0] as string);
  return g.mul(g.dy, g.asFloat(inside));
}

/** A limit receives what is beyond it; if they cross, all is at the upper one. */
function limitGradient(g: GradientContext, index: 1 | 2): string {
  const beyond = g.builder.op(index === 1 ? 'Less' : 'Greater', [g.x, g.input(index)]);
  const other = index === 1 ? 2 : 1;
  if (!g.hasInput(other)) return g.mul(g.dy, g.asFloat(beyond));
  const ordered = g.builder.op(index === 1 ? 'Less' : 'Greater', [g.input(1), g.input(2)]);
  return g.mul(g.dy, g.asFloat(g.builder.op(index === 1 ? 'And' : 'Or', [beyond, ordered])));
}

export const clip = {
  Clip: rule((g) => {
    const limit = (index: 1 | 2): Contribution =>
      g.needs(index) ? { value: limitGradient(g, index), shape: g.outputShape(0) } : undefined;
    return [g.when(0, () => valueGradient(g)), limit(1), limit(2)];
  }),
} as const satisfies Family;
