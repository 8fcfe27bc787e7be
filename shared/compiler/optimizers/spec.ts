/** An optimizer as a case file says it; defaults are PyTorch's. One flat record: each rule reads the fields its file names. */
import { z } from 'zod';

const share = z.number().min(0).max(1);

export const optimizerSchema = z.object({
  kind: z.string(),
  lr: z.number().optional(),
  weight_decay: z.number().optional(),
  /** No decay of parameters with fewer than two axes: biases, and the scales of norms. PyTorch decays everything. */
  no_decay_on_norms: z.boolean().optional(),
  /** sgd, rmsprop, muon. */
  momentum: z.number().optional(),
  /** sgd. */
  dampening: z.number().optional(),
  /** sgd, muon. */
  nesterov: z.boolean().optional(),
  /** adam and its kin, lion, lamb; muon for what is no matrix. */
  betas: z.tuple([z.number(), z.number()]).optional(),
  eps: z.number().optional(),
  /** adam, adamw: divides by the largest second moment so far. */
  amsgrad: z.boolean().optional(),
  /** nadam, radam: weight decay apart from the gradient, as AdamW. */
  decoupled_weight_decay: z.boolean().optional(),
  /** nadam. */
  momentum_decay: z.number().optional(),
  /** nadam: Πₜ₊₁ as PyTorch had it before 2.0, where μₜ is in it twice. */
  repeated_momentum: z.boolean().optional(),
  /** rmsprop: share of the average square kept. */
  alpha: share.optional(),
  /** rmsprop: takes the average gradient's square off. */
  centered: z.boolean().optional(),
  /** adagrad. */
  lr_decay: z.number().optional(),
  initial_accumulator_value: z.number().optional(),
  /** adadelta: share of the averages kept. */
  rho: share.optional(),
  /** adafactor: the second moment keeps 1 − tᵝ of itself. */
  beta2_decay: z.number().optional(),
  /** adafactor: smallest root of a mean square of a parameter. */
  eps2: z.number().optional(),
  /** adafactor: largest root mean square of an update. */
  d: z.number().optional(),
  /** muon: iterations, their coefficients, and how the rate follows a matrix's shape. */
  ns_steps: z.int().min(1).max(20).optional(),
  ns_coefficients: z.tuple([z.number(), z.number(), z.number()]).optional(),
  adjust_lr_fn: z.enum(['original', 'match_rms_adamw', 'spectral_unclamped']).optional(),
  /** Largest size of each element of the gradient; absent or 0 is off. Before `clip_norm`. */
  clip_value: z.number().min(0).optional(),
  /** Largest global L2 norm of all gradients together; absent or 0 is off. */
  clip_norm: z.number().min(0).optional(),
  /** Steps whose mean gradient makes one update; absent or 1 updates at every step. */
  accumulate_steps: z.int().min(1).optional(),
  /** Share of the moving average of the parameters kept at each update; absent or 0 keeps no average. */
  ema_decay: z.number().min(0).max(1).optional(),
  /** Averages over fewer updates at first: a decay of at most (1 + n)/(10 + n) after n of them. */
  ema_warm_up: z.boolean().optional(),
});
export type OptimizerSpec = Readonly<z.output<typeof optimizerSchema>>;
