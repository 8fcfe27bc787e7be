/** A loss as a case file says it. One flat record: each loss reads the fields that its file names. */
import { z } from 'zod';

export const lossSchema = z.object({
  kind: z.string(),
  /** cross_entropy: share ε of certainty spread over all classes. */
  label_smoothing: z.number().min(0).max(1).optional(),
  /** cross_entropy, focal (softmax), dice, tversky: one weight a class. */
  class_weights: z.array(z.number()).optional(),
  /** cross_entropy, focal (softmax), dice, tversky: a class target that counts for nothing. */
  ignore_index: z.int().optional(),
  /** Where the classes are; 1 unless given, as in PyTorch. −1 for tokens [N, T, K]. */
  class_axis: z.int().optional(),
  /** cross_entropy: the target is a distribution in the shape of the logits instead of a class. */
  soft_targets: z.boolean().optional(),
  /** bce_with_logits: weight of the positive answers, one for all or one a class (axis 1). */
  pos_weight: z.union([z.number(), z.array(z.number())]).optional(),
  /** focal, dice, tversky: independent yes/no questions, or one choice among the classes. */
  form: z.enum(['sigmoid', 'softmax']).optional(),
  /** focal: how fast easy samples stop counting; 2 unless given. */
  gamma: z.number().min(0).optional(),
  /** focal: weight of the positive answers; tversky: weight of false positives. */
  alpha: z.number().optional(),
  /** smooth_l1: where the parabola ends; tversky: weight of false negatives. */
  beta: z.number().optional(),
  /** huber: where the parabola ends; 1 unless given. */
  delta: z.number().positive().optional(),
  /** kl_divergence: mean over all elements (unless given), or sum over elements and mean over samples. */
  reduction: z.enum(['mean', 'batchmean']).optional(),
  /** kl_divergence: the target holds logarithms. */
  log_target: z.boolean().optional(),
  /** cosine_embedding (0 unless given), triplet (1 unless given). */
  margin: z.number().optional(),
  /** triplet: the norm's degree; 2 unless given. */
  p: z.number().min(1).optional(),
  /** triplet: takes the positive's distance to the negative where that is smaller. */
  swap: z.boolean().optional(),
  /** cosine_embedding, triplet: the axis of the predictions that holds the operands one after the other; 0 unless given. */
  stack_axis: z.int().optional(),
  /** dice, tversky: added above and below the line; 1 unless given. */
  smooth: z.number().min(0).optional(),
  /** dice_cross_entropy: weights of its two parts; 1 unless given. */
  dice_weight: z.number().optional(),
  cross_entropy_weight: z.number().optional(),
});
export type LossSpec = Readonly<z.output<typeof lossSchema>>;
