import type { LossInputs } from '#shared/compiler/losses/rule.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';

/** Number of samples whose largest logit is the target's, weighted by 0 or 1; a float scalar. */
export function appendCorrectCount(builder: GraphBuilder, inputs: LossInputs): string {
  const predicted = builder.op('ArgMax', [inputs.logits], { axis: 1, keepdims: 0 });
  const hits = builder.cast(builder.op('Equal', [predicted, inputs.target]), 'float32');
  const counted = inputs.sampleWeight ? builder.op('Mul', [hits, inputs.sampleWeight]) : hits;
  return builder.reduce('ReduceSum', counted, [0], false);
}
