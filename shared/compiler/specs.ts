/** What a recipe says of loss and optimizer, as a case file would say it. */
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import type { OptimizerPart, Recipe } from '#shared/nodes/recipe.ts';

/** @param counts training samples of each class */
export function lossSpec(part: Recipe['loss'], counts: readonly number[]): LossSpec {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const imbalance = Math.max(...counts) / Math.max(1, Math.min(...counts));
  const weighted = part.classWeights === 'on' || (part.classWeights === 'auto' && imbalance > 2);
  return {
    ...(part.kind === 'focal'
      ? { kind: 'focal', form: 'softmax', gamma: part.gamma }
      : { kind: 'cross_entropy', label_smoothing: part.labelSmoothing }),
    // N/(K·n_c): every class pulls equally (King and Zeng 2001, as scikit-learn and Keras use it).
    ...(weighted ? { class_weights: counts.map((count) => total / (counts.length * Math.max(1, count))) } : {}),
  };
}

export function optimizerSpec({ optimizer, training }: Pick<Recipe, 'optimizer' | 'training'>): OptimizerSpec {
  return {
    kind: optimizer.kind,
    ...ownFields(optimizer),
    clip_norm: optimizer.clipNorm,
    clip_value: optimizer.clipValue,
    accumulate_steps: training.accumulation,
    ema_decay: training.averaging,
    ema_warm_up: true,
  };
}

/** The fields of this kind; what the optimizer node does not offer is PyTorch's, or the paper's. */
function ownFields(part: OptimizerPart): Omit<OptimizerSpec, 'kind'> {
  const betas: [number, number] = [part.beta1, part.beta2];
  switch (part.kind) {
    case 'sgd':
      return { momentum: part.momentum, nesterov: part.nesterov };
    case 'adam':
    case 'adamw':
      return { betas, eps: part.epsilon, amsgrad: part.amsgrad };
    case 'adamax':
    case 'nadam':
    case 'radam':
      return { betas, eps: part.epsilon };
    case 'lamb':
      return { betas };
    case 'rmsprop':
      return { alpha: part.alpha, centered: part.centered, eps: part.epsilon };
    case 'adagrad':
      return { lr_decay: part.rateDecay };
    case 'adadelta':
      return { rho: part.rho };
    case 'muon':
      // One learning rate for matrices and the rest.
      return { adjust_lr_fn: 'match_rms_adamw' };
    case 'lion':
    case 'adafactor':
      return {};
  }
}
