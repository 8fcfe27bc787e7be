/** Steps divided by the root of past squared gradients: RMSprop, Adagrad, Adadelta, as torch.optim has them. */
import {
  noTerms,
  secondMoment,
  slotOf,
  StepClock,
  withDecay,
  zeros,
  type OptimizerRule,
} from '#shared/compiler/optimizers/rule.ts';

/**
 * v ← α·v + (1−α)·g²; p ← p − lr·g/(√v + ε); g includes λ·p. `centered` takes the square of the average gradient off
 * v first; with momentum, b ← μ·b + g/(√v + ε) and p ← p − lr·b. Tieleman and Hinton 2012; Graves 2013.
 */
export const rmsprop: OptimizerRule = {
  isElementwise: true,
  slots: (spec, shape) => [
    zeros('square_avg', shape),
    ...((spec.momentum ?? 0) > 0 ? [zeros('momentum_buffer', shape)] : []),
    ...(spec.centered ? [zeros('grad_avg', shape)] : []),
  ],
  terms: noTerms,
  update(arithmetic, spec, _terms, update) {
    const alpha = spec.alpha ?? 0.99;
    const momentum = spec.momentum ?? 0;
    const slope = withDecay(arithmetic, update);
    const square = secondMoment(arithmetic, alpha, slotOf(update, 'square_avg'), slope);
    const slots: Record<string, string> = { square_avg: square };
    let spread = square;
    if (spec.centered) {
      slots['grad_avg'] = arithmetic.blend(alpha, slotOf(update, 'grad_avg'), slope);
      // A variance, but for rounding.
      spread = arithmetic.unary('Relu', arithmetic.sub(square, arithmetic.square(slots['grad_avg'])));
    }
    const root = arithmetic.shift(arithmetic.unary('Sqrt', spread), spec.eps ?? 1e-8);
    let direction = arithmetic.div(slope, root);
    if (momentum > 0) {
      direction = arithmetic.scaledSum(momentum, slotOf(update, 'momentum_buffer'), direction);
      slots['momentum_buffer'] = direction;
    }
    return { parameter: arithmetic.sub(update.parameter, arithmetic.mul(direction, update.rate)), slots };
  },
};

/**
 * s ← s + g²; p ← p − lr/(1 + (t−1)·η)·g/(√s + ε); g includes λ·p; η is `lr_decay`, s starts from
 * `initial_accumulator_value`. Duchi et al. 2011.
 */
export const adagrad: OptimizerRule = {
  isElementwise: true,
  slots: (spec, shape) => [{ name: 'sum', shape, initial: spec.initial_accumulator_value ?? 0 }],
  terms(arithmetic, spec, step) {
    if (!spec.lr_decay) return noTerms();
    const clock = new StepClock(arithmetic, step);
    return { slowing: clock.out(clock.shift(clock.scale(clock.shift(clock.time, -1), spec.lr_decay), 1)) };
  },
  update(arithmetic, spec, terms, update) {
    const slope = withDecay(arithmetic, update);
    const sum = arithmetic.add(slotOf(update, 'sum'), arithmetic.square(slope));
    const root = arithmetic.shift(arithmetic.unary('Sqrt', sum), spec.eps ?? 1e-10);
    const rate = terms['slowing'] ? arithmetic.div(update.rate, terms['slowing']) : update.rate;
    return {
      parameter: arithmetic.sub(update.parameter, arithmetic.mul(arithmetic.div(slope, root), rate)),
      slots: { sum },
    };
  },
};

/**
 * v ← ρ·v + (1−ρ)·g²; δ = √(a + ε)/√(v + ε)·g; a ← ρ·a + (1−ρ)·δ²; p ← p − lr·δ; g includes λ·p. Zeiler 2012.
 */
export const adadelta: OptimizerRule = {
  isElementwise: true,
  slots: (_spec, shape) => [zeros('square_avg', shape), zeros('acc_delta', shape)],
  terms: noTerms,
  update(arithmetic, spec, _terms, update) {
    const rho = spec.rho ?? 0.9;
    const slope = withDecay(arithmetic, update);
    const root = (value: string): string => arithmetic.unary('Sqrt', arithmetic.shift(value, spec.eps ?? 1e-6));
    const square = secondMoment(arithmetic, rho, slotOf(update, 'square_avg'), slope);
    const before = slotOf(update, 'acc_delta');
    const delta = arithmetic.mul(arithmetic.div(root(before), root(square)), slope);
    return {
      parameter: arithmetic.sub(update.parameter, arithmetic.mul(delta, update.rate)),
      slots: { square_avg: square, acc_delta: secondMoment(arithmetic, rho, before, delta) },
    };
  },
};
