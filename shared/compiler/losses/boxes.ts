import { formatShape } from '#shared/core/format.ts';
import { elementCount } from '#shared/core/shape.ts';
import { allAxes, Arithmetic } from '#shared/compiler/arithmetic.ts';
import { alignedTarget, likePredictions, shareOf, type LossRule } from '#shared/compiler/losses/rule.ts';
import { GraftError } from '#shared/messages/error.ts';

/** torchvision's. */
const epsilon = 1e-7;

/**
 * Generalized intersection over union (Rezatofighi et al. 2019), as torchvision's generalized_box_iou_loss: boxes
 * [N, …, 4] as x₁, y₁, x₂, y₂ with x₁ < x₂ and y₁ < y₂, float targets in the same shape. With I the intersection's area,
 * U the union's and C that of the smallest box around both, the mean over boxes of 1 − I ÷ (U + ε) + (C − U) ÷ (C + ε).
 *
 * A box is kept as its lower corner l and upper corner h; an area is the product of the two sides, so that its slope along
 * one side is the other side. With g the loss's slope along an area:
 * g_U = I ÷ (U + ε)² − 1 ÷ (C + ε), g_I = −1 ÷ (U + ε) − g_U, g_C = (U + ε) ÷ (C + ε)².
 */
export const generalizedIou: LossRule = {
  target: likePredictions,
  build(builder, _spec, inputs) {
    const { shape, dtype } = inputs.type;
    const arithmetic = new Arithmetic(builder, dtype);
    const axis = shape.length - 1;
    if (shape[axis] !== 4)
      throw new GraftError('compile.bad-case', {
        reason: `giou compares boxes, 4 numbers on the last axis; the predictions are ${formatShape(shape)}. Classes want cross_entropy or focal.`,
      });
    const corners = (boxes: string): [string, string] => [
      builder.slice(boxes, [axis], [0], [2]),
      builder.slice(boxes, [axis], [2], [4]),
    ];
    const swapped = (sides: string): string => builder.op('Gather', [sides, builder.ints([1, 0])], { axis });
    const first = (pair: string): string => builder.slice(pair, [axis], [0], [1]);
    // Both places of the product hold the area.
    const area = (sides: string, others: string): string => first(arithmetic.mul(sides, others));

    const [low, high] = corners(inputs.logits);
    const [targetLow, targetHigh] = corners(alignedTarget(arithmetic, inputs));
    const sides = arithmetic.sub(high, low);
    const targetSides = arithmetic.sub(targetHigh, targetLow);
    const overlap = arithmetic.unary(
      'Relu',
      arithmetic.sub(arithmetic.min(high, targetHigh), arithmetic.max(low, targetLow)),
    );
    const hull = arithmetic.sub(arithmetic.max(high, targetHigh), arithmetic.min(low, targetLow));
    const [otherSides, otherOverlap, otherHull] = [sides, overlap, hull].map(swapped) as [string, string, string];
    const intersection = area(overlap, otherOverlap);
    const union = arithmetic.sub(
      arithmetic.add(area(sides, otherSides), area(targetSides, swapped(targetSides))),
      intersection,
    );
    const around = area(hull, otherHull);
    const unionBelow = arithmetic.shift(union, epsilon);
    const aroundBelow = arithmetic.shift(around, epsilon);
    const iou = arithmetic.div(intersection, unionBelow);
    const empty = arithmetic.div(arithmetic.sub(around, union), aroundBelow);
    const value = arithmetic.add(arithmetic.oneMinus(iou), empty);

    const share = shareOf(arithmetic, inputs.sampleWeight, shape, elementCount(shape.slice(1)) / 4);
    const alongUnion = arithmetic.sub(
      arithmetic.div(iou, unionBelow),
      arithmetic.div(arithmetic.scalar(1), aroundBelow),
    );
    const alongIntersection = arithmetic.unary(
      'Neg',
      arithmetic.add(arithmetic.div(arithmetic.scalar(1), unionBelow), alongUnion),
    );
    const alongHull = arithmetic.div(unionBelow, arithmetic.square(aroundBelow));

    const bySize = arithmetic.mul(alongUnion, otherSides);
    const isOpen = arithmetic.indicator('Greater', overlap, arithmetic.scalar(0));
    const byOverlap = arithmetic.mul(arithmetic.mul(alongIntersection, otherOverlap), isOpen);
    const byHull = arithmetic.mul(alongHull, otherHull);
    // The corner that is further in bounds the intersection, the one further out the hull.
    const corner = (inner: string, outer: string): string =>
      arithmetic.add(bySize, arithmetic.add(arithmetic.mul(byOverlap, inner), arithmetic.mul(byHull, outer)));
    const toHigh = corner(
      arithmetic.indicator('Less', high, targetHigh),
      arithmetic.indicator('Greater', high, targetHigh),
    );
    const toLow = corner(arithmetic.indicator('Greater', low, targetLow), arithmetic.indicator('Less', low, targetLow));
    const gradient = builder.op('Concat', [arithmetic.unary('Neg', toLow), toHigh], { axis });
    return {
      loss: arithmetic.sum(arithmetic.mul(value, share), allAxes(shape.length), false),
      gradient: arithmetic.mul(gradient, share),
    };
  },
};
