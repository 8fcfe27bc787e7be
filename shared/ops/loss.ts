/** Losses that a model may carry inside. */
import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

/**
 * loss[n, …] = −weight[target] · logProbability[n, target, …], zero where the target is to be ignored; 'mean' divides
 * by the sum of the weights that count.
 */
function negativeLogLikelihood(l: LoweringContext, logProbabilities: string): string {
  const { builder } = l;
  const target = l.input(1);
  const integer = l.inputType(1).dtype;
  const ignored = l.node.attributes['ignore_index'] ? l.int('ignore_index', 0) : undefined;
  const counts =
    ignored === undefined
      ? undefined
      : builder.op('Not', [builder.op('Equal', [target, builder.scalar(integer, ignored)])]);
  const safe = counts === undefined ? target : builder.op('Where', [counts, target, builder.scalar(integer, 0)]);
  const shape = l.inputShape(1);
  const column = builder.reshape(safe, [shape[0] as number, 1, ...shape.slice(1)]);
  const chosen = builder.reshape(builder.op('GatherElements', [logProbabilities, column], { axis: 1 }), shape);
  const weight = l.hasInput(2) ? builder.op('Gather', [l.input(2), safe]) : builder.expand(l.scalar(1), shape);
  const counted = counts === undefined ? weight : l.mul(weight, l.asFloat(counts));
  const losses = l.neg(l.mul(chosen, counted));
  const axes = shape.map((_, axis) => axis);
  const reduction = l.string('reduction', 'mean');
  if (reduction === 'none') return losses;
  const total = l.sum(losses, axes, false);
  return reduction === 'sum' ? total : l.div(total, l.sum(counted, axes, false));
}

export const loss = {
  NegativeLogLikelihoodLoss: decomposition((l) => [negativeLogLikelihood(l, l.x)]),
  SoftmaxCrossEntropyLoss: decomposition((l) => {
    const logProbabilities = l.builder.op('LogSoftmax', [l.x], { axis: 1 });
    return [negativeLogLikelihood(l, logProbabilities), logProbabilities];
  }),
} as const satisfies Family;
