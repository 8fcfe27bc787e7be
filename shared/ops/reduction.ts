/** Reductions over axes. */
import { normalizeAxis } from '#shared/core/shape.ts';
import { decomposition, rule, stop, type Family, type OperatorEntry } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** The axes a reduction works on: an attribute or, in newer operator sets, an input; none given means all or none. */
function reducedAxes(node: NodeView): number[] {
  const rank = node.inputShape(0).length;
  const given = node.ints('axes') ?? node.constant(1) ?? [];
  if (given.length > 0) return given.map((axis) => normalizeAxis(axis, rank));
  return node.int('noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

/** How many elements go into one result. */
function reducedCount(node: NodeView): number {
  const shape = node.inputShape(0);
  return reducedAxes(node).reduce((count, axis) => count * (shape[axis] as number), 1);
}

/** A reduced value with the reduced axes back as 1, so that it broadcasts against the input. */
function kept(g: Emitter, value: string): string {
  if (g.int('keepdims', 1)) return value;
  const axes = new Set(reducedAxes(g));
  return g.builder.reshape(
    value,
    g.inputShape(0).map((size, axis) => (axes.has(axis) ? 1 : size)),
  );
}

const spread = (g: GradientContext, value: string): string => g.builder.expand(value, g.inputShape(0));

/** y = max(x): equal winners share, dx = dy · [x = y] / Σ [x = y]. Min likewise. */
function extremum(g: GradientContext): string {
  const winners = g.indicator('Equal', g.x, kept(g, g.y));
  return g.mul(winners, g.div(kept(g, g.dy), g.sum(winners, reducedAxes(g), true)));
}

/**
 * y = Π x: dx = dy · the product of the others, found without dividing, so that zeros are right:
 * the reduced axes are folded into one, of length n, and repeated n times with the diagonal set to one.
 */
function product(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axes = reducedAxes(g);
  const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const count = reducedCount(g);
  const outer = others.map((axis) => shape[axis] as number);
  const permutation = [...others, ...axes];
  const rows = g.builder.reshape(g.builder.transpose(g.x, permutation), [...outer, 1, count]);
  const diagonal = Array.from({ length: count * count }, (_, index) => (index % (count + 1) === 0 ? 1 : 0));
  const onDiagonal = g.builder.constant('bool', [count, count], diagonal);
  const withoutOwn = g.builder.op('Where', [onDiagonal, g.scalar(1), rows]);
  const restOfProduct = g.builder.reduce('ReduceProd', withoutOwn, [outer.length + 1], false);
  const dy = g.builder.reshape(g.dy, [...outer, 1]);
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  const folded = g.builder.reshape(g.mul(restOfProduct, dy), [...outer, ...axes.map((axis) => shape[axis] as number)]);
  return g.builder.transpose(folded, inverse);
}

const computedAxes = (node: NodeView): string | undefined =>
  node.isComputed(1) ? 'its axes are computed while running.' : undefined;

const reducing = (gradient: (g: GradientContext) => string): OperatorEntry =>
  rule((g) => [g.when(0, () => gradient(g))], { stops: [1], refuses: computedAxes });

/** The node's own axes and keepdims , summing another value. */
function sumLike(l: LoweringContext, value: string): string {
  return l.builder.reduce('ReduceSum', value, reducedAxes(l), l.int('keepdims', 1) === 1);
}

const reductionOf = (decompose: (l: LoweringContext) => string): OperatorEntry =>
  decomposition((l) => [decompose(l)], { stops: [1], refuses: computedAxes });

export const reduction = {
  ReduceSum: reducing((g) => spread(g, kept(g, g.dy))),
  ReduceMean: reducing((g) => spread(g, g.scale(kept(g, g.dy), 1 / reducedCount(g)))),
  ReduceMax: reducing(extremum),
  ReduceMin: reducing(extremum),
  ReduceProd: reducing(product),
  ReduceL1: reductionOf((l) => sumLike(l, l.unary('Abs', l.x))),
  ReduceSumSquare: reductionOf((l) => sumLike(l, l.mul(l.x, l.x))),
  // dx = dy · x / y, zero where the norm is zero
  ReduceL2: reducing((g) => {
    const norm = kept(g, g.y);
    const isZero = g.builder.op('Equal', [norm, g.scalar(0)]);
    const safe = g.builder.op('Where', [isZero, g.scalar(1), norm]);
    return g.mul(g.x, g.div(kept(g, g.dy), safe));
  }),
  ReduceLogSum: reductionOf((l) => l.unary('Log', sumLike(l, l.x))),
  // dx = dy · e^(x − y)
  ReduceLogSumExp: reducing((g) => g.mul(g.unary('Exp', g.sub(g.x, kept(g, g.y))), kept(g, g.dy))),
  // y = Σ of all up to here: the gradient sums from the other end
  CumSum: rule(
    (g) => [
      g.when(0, () =>
        g.builder.op('CumSum', [g.dy, g.input(1)], {
          exclusive: g.int('exclusive', 0),
          reverse: 1 - g.int('reverse', 0),
        }),
      ),
    ],
    { stops: [1] },
  ),
  ArgMax: stop('indices'),
  ArgMin: stop('indices'),
} as const satisfies Family;
