/** Reductions over axes. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import type { ReduceOp } from '#shared/ir/builder.ts';
import { decomposition, rule, stop, type Family, type OperatorEntry } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/**
 * The axes a reduction works on: an attribute or, in newer operator sets, an input; none given means all or none.
 * Undefined where they are computed while running and do not show in the output's shape.
 */
function reducedAxes(node: NodeView): number[] | undefined {
  const shape = node.inputShape(0);
  const all = shape.map((_, axis) => axis);
  if (node.isComputed(1) && !node.inputShape(1).includes(0)) {
    // An axis of one element may count as reduced or not.
    return node.int('keepdims', 1) ? all.filter((axis) => node.outputShape(0)[axis] !== shape[axis]) : undefined;
  }
  const given = node.ints('axes') ?? node.constant(1) ?? [];
  if (given.length > 0) return given.map((axis) => normalizeAxis(axis, shape.length));
  return node.int('noop_with_empty_axes', 0) ? [] : all;
}

/** Another value reduced over the node's own axes. */
function reduced(g: Emitter, op: ReduceOp, value: string, keepDimensions: boolean): string {
  const axes = reducedAxes(g);
  if (!axes) return g.builder.op(op, [value, g.input(1)], { keepdims: keepDimensions ? 1 : 0 });
  return axes.length === 0 ? value : g.builder.reduce(op, value, axes, keepDimensions);
}

/** How many elements go into one result. */
function reducedCount(node: NodeView): number {
  return elementCount(node.inputShape(0)) / elementCount(node.outputShape(0));
}

/** A reduced value with the reduced axes back as 1, so that it broadcasts against the input. */
function kept(g: Emitter, value: string): string {
  if (g.int('keepdims', 1)) return value;
  const axes = reducedAxes(g);
  if (!axes) return g.builder.op('Unsqueeze', [value, g.input(1)]);
  return g.builder.reshape(
    value,
    g.inputShape(0).map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

const spread = (g: GradientContext, value: string): string => g.builder.expand(value, g.inputShape(0));

/** y = max(x): equal winners share, dx = dy · [x = y] / Σ [x = y]. Min likewise. */
function extremum(g: GradientContext): string {
  const winners = g.indicator('Equal', g.x, kept(g, g.y));
  return g.mul(winners, g.div(kept(g, g.dy), reduced(g, 'ReduceSum', winners, true)));
}

/**
 * y = Π x: dx = dy · the product of the others. With p the product in which zeros count as one, and z the number of
 * zeros, that is p / x where z = 0, p where x is the only zero, and 0 elsewhere.
 */
function product(g: GradientContext): string {
  const isZero = g.builder.op('Equal', [g.x, g.scalar(0)]);
  const own = g.asFloat(isZero);
  const safe = g.builder.op('Where', [isZero, g.scalar(1), g.x]);
  const counts = g.indicator('Equal', reduced(g, 'ReduceSum', own, true), own);
  const others = g.div(g.mul(kept(g, g.dy), reduced(g, 'ReduceProd', safe, true)), safe);
  return g.mul(others, counts);
}

/**
 * y = Π of all up to here. Up to the first zero, x[i] has a share in every later y: dx[i] = Σ dy · y / x[i]. The first
 * zero has one in what the later y would be without it, and nothing behind it has any.
 */
function cumulativeProduct(g: GradientContext): string {
  const { builder } = g;
  const [exclusive, reverse] = [g.int('exclusive', 0), g.int('reverse', 0)];
  const along = (op: string, value: string, attributes: Record<string, number>): string =>
    builder.op(op, [value, g.input(1)], attributes);
  const later = (value: string): string => along('CumSum', value, { exclusive, reverse: 1 - reverse });
  const isZero = builder.op('Equal', [g.x, g.scalar(0)]);
  const zeros = along('CumSum', g.asFloat(isZero), { exclusive: 0, reverse });
  const isFirst = builder.op('And', [isZero, builder.op('Equal', [zeros, g.scalar(1)])]);
  const withoutFirst = builder.op('Where', [isFirst, g.scalar(1), g.x]);
  const products = along('CumProd', withoutFirst, { exclusive, reverse });
  const safe = builder.op('Where', [isZero, g.scalar(1), g.x]);
  const before = g.mul(g.div(later(g.mul(g.dy, g.y)), safe), g.indicator('Equal', zeros, g.scalar(0)));
  return builder.op('Where', [isFirst, later(g.mul(g.dy, products)), before]);
}

const reducing = (gradient: (g: GradientContext) => string): OperatorEntry =>
  rule((g) => [g.when(0, () => gradient(g))], { stops: [1] });

/** The node's own axes and keepdims, summing another value. */
function sumLike(l: LoweringContext, value: string): string {
  return reduced(l, 'ReduceSum', value, l.int('keepdims', 1) === 1);
}

const reductionOf = (decompose: (l: LoweringContext) => string): OperatorEntry =>
  decomposition((l) => [decompose(l)], { stops: [1] });

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
  CumProd: rule((g) => [g.when(0, () => cumulativeProduct(g))], { stops: [1] }),
  ArgMax: stop('indices'),
  ArgMin: stop('indices'),
} as const satisfies Family;
