import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** A limit that is infinite is none. */
function hasLimit(g: GradientContext, index: number, open: number): boolean {
  return g.hasInput(index) && g.constant(index)?.[0] !== open;
}

/** Between constants, dy strictly between the limits and 0 at and beyond them, as PyTorch's ReLU6. */
function fixedGradient(g: GradientContext): Contribution[] {
  const sides: string[] = [];
  if (hasLimit(g, 1, -Infinity)) sides.push(g.builder.op('Greater', [g.y, g.input(1)]));
  if (hasLimit(g, 2, Infinity)) sides.push(g.builder.op('Less', [g.y, g.input(2)]));
  if (sides.length === 0) return [g.dy];
  const inside = sides.length === 2 ? g.builder.op('And', sides) : (sides[0] as string);
  return [g.mul(g.dy, g.asFloat(inside))];
}

/** 1 where a > b, ½ where they are equal, else 0. */
function greater(g: GradientContext, a: string, b: string): string {
  return g.scale(g.add(g.indicator('Greater', a, b), g.indicator('GreaterOrEqual', a, b)), 0.5);
}

/** With limits that move, y = min(max(x, low), high): who gives the value gets dy, equals share, as PyTorch's clamp. */
function movingGradient(g: GradientContext): Contribution[] {
  const shape = g.outputShape(0);
  const whole = (value: string): Contribution => ({ value, shape });
  const raised = g.hasInput(1) ? g.builder.op('Max', [g.x, g.input(1)]) : g.x;
  const belowHigh = g.hasInput(2) ? greater(g, g.input(2), raised) : undefined;
  const draised = belowHigh === undefined ? g.dy : g.mul(g.dy, belowHigh);
  const dhigh = belowHigh === undefined ? undefined : whole(g.mul(g.dy, g.oneMinus(belowHigh)));
  if (!g.hasInput(1)) return [draised, undefined, dhigh];
  const aboveLow = greater(g, g.x, g.input(1));
  return [g.mul(draised, aboveLow), whole(g.mul(draised, g.oneMinus(aboveLow))), dhigh];
}

export const clip = {
  Clip: rule((g) => {
    const moves = [1, 2].some((index) => g.isComputed(index) || g.needs(index));
    return moves ? movingGradient(g) : fixedGradient(g);
  }),
} as const satisfies Family;
