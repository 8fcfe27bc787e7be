/** Update rules as graph builders, slot for slot as PyTorch's `torch.optim` defines them. */
import type { Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { GraftError } from '#shared/messages/error.ts';

/** As in a case file; defaults are PyTorch's. */
export interface OptimizerSpec {
  readonly kind: string;
  readonly lr?: number;
  readonly weight_decay?: number;
  readonly momentum?: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Largest global L2 norm of all gradients together; absent or 0 is off. */
  readonly clip_norm?: number;
}

export interface Update {
  readonly parameter: string;
  readonly gradient: string;
  /** Scalar: the learning rate of this parameter's group. */
  readonly rate: string;
  /** Weight decay of this parameter's group. */
  readonly decay: number;
  /** Name of each slot's current value. */
  readonly slots: Readonly<Record<string, string>>;
}

export interface Updated {
  readonly parameter: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** What every parameter's update shares: computed once a step. */
export interface StepTerms {
  readonly [name: string]: string;
}

export interface OptimizerRule {
  /** Slots a parameter needs, each of the parameter's shape, starting from `initial`. */
  slots(spec: OptimizerSpec): readonly { readonly name: string; readonly initial: number }[];
  /** Scalars that depend on the step number alone. `step` is int64, from 1. */
  terms(builder: GraphBuilder, spec: OptimizerSpec, step: string): StepTerms;
  update(builder: GraphBuilder, spec: OptimizerSpec, terms: StepTerms, update: Update): Updated;
}

const f32 = (builder: GraphBuilder, value: number): string => builder.scalar('float32', value);

/** a·x + y for a constant a. */
function scaledSum(builder: GraphBuilder, scale: number, x: string, y: string): string {
  return builder.op('Add', [builder.op('Mul', [x, f32(builder, scale)]), y]);
}

/**
 * v ← μ·v + (1−τ)·g (v ← g at the first step); p ← p − lr·(g + μ·v if Nesterov, else v); g includes λ·p.
 * Sutskever et al. 2013, in PyTorch's form, where the rate is applied outside the velocity.
 */
const sgd: OptimizerRule = {
  slots: (spec) => ((spec.momentum ?? 0) > 0 ? [{ name: 'momentum_buffer', initial: 0 }] : []),
  terms(builder, spec, step): StepTerms {
    if (!spec.dampening) return {};
    // PyTorch does not dampen the first gradient.
    const first = builder.op('Equal', [step, builder.scalar('int64', 1)]);
    return { intake: builder.op('Where', [first, f32(builder, 1), f32(builder, 1 - spec.dampening)]) };
  },
  update(builder, spec, terms, { parameter, gradient, rate, decay, slots }) {
    const momentum = spec.momentum ?? 0;
    const slope = decay > 0 ? scaledSum(builder, decay, parameter, gradient) : gradient;
    const velocity = slots['momentum_buffer'];
    if (velocity === undefined) {
      return { parameter: builder.op('Sub', [parameter, builder.op('Mul', [slope, rate])]), slots: {} };
    }
    const taken = terms['intake'] ? builder.op('Mul', [slope, terms['intake']]) : slope;
    const next = scaledSum(builder, momentum, velocity, taken);
    const direction = spec.nesterov ? scaledSum(builder, momentum, next, slope) : next;
    return {
      parameter: builder.op('Sub', [parameter, builder.op('Mul', [direction, rate])]),
      slots: { momentum_buffer: next },
    };
  },
};

/**
 * m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − lr·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
 * Kingma and Ba 2015; with `decoupled`, p is first multiplied by 1 − lr·λ (Loshchilov and Hutter 2019),
 * otherwise λ·p is added to g.
 */
function adam(decoupled: boolean): OptimizerRule {
  const betas = (spec: OptimizerSpec): readonly [number, number] => spec.betas ?? [0.9, 0.999];
  return {
    slots: () => [
      { name: 'exp_avg', initial: 0 },
      { name: 'exp_avg_sq', initial: 0 },
    ],
    terms(builder, spec, step) {
      const [beta1, beta2] = betas(spec);
      // In float64: 1 − 0.999 in float32 is off by 1.3e-5 relative, which would show in the first losses.
      const time = builder.cast(step, 'float64');
      const correction = (beta: number): string =>
        builder.op('Sub', [builder.scalar('float64', 1), builder.op('Pow', [builder.scalar('float64', beta), time])]);
      return {
        firstCorrection: builder.cast(correction(beta1), 'float32'),
        rootOfSecondCorrection: builder.cast(builder.op('Sqrt', [correction(beta2)]), 'float32'),
      };
    },
    update(builder, spec, terms, { parameter, gradient, rate, decay, slots }) {
      const [beta1, beta2] = betas(spec);
      const slope = decay > 0 && !decoupled ? scaledSum(builder, decay, parameter, gradient) : gradient;
      let start = parameter;
      if (decay > 0 && decoupled) {
        const kept = builder.op('Sub', [f32(builder, 1), builder.op('Mul', [rate, f32(builder, decay)])]);
        start = builder.op('Mul', [parameter, kept]);
      }
      const first = builder.op('Add', [
        builder.op('Mul', [slots['exp_avg'] as string, f32(builder, beta1)]),
        builder.op('Mul', [slope, f32(builder, 1 - beta1)]),
      ]);
      const second = builder.op('Add', [
        builder.op('Mul', [slots['exp_avg_sq'] as string, f32(builder, beta2)]),
        builder.op('Mul', [builder.op('Mul', [slope, slope]), f32(builder, 1 - beta2)]),
      ]);
      const root = builder.op('Div', [builder.op('Sqrt', [second]), terms['rootOfSecondCorrection'] as string]);
      const denominator = builder.op('Add', [root, f32(builder, spec.eps ?? 1e-8)]);
      const size = builder.op('Div', [rate, terms['firstCorrection'] as string]);
      const change = builder.op('Mul', [builder.op('Div', [first, denominator]), size]);
      return { parameter: builder.op('Sub', [start, change]), slots: { exp_avg: first, exp_avg_sq: second } };
    },
  };
}

const rules: Readonly<Record<string, OptimizerRule>> = { sgd, adam: adam(false), adamw: adam(true) };

export function optimizerRule(kind: string): OptimizerRule {
  const rule = rules[kind];
  if (!rule) throw new GraftError('compile.bad-case', { reason: `optimizer “${kind}” is not known.` });
  return rule;
}

/** Weight decay PyTorch uses when the case names none. */
export function defaultDecay(kind: string): number {
  return kind === 'adamw' ? 0.01 : 0;
}

/**
 * Scales all gradients by min(1, limit ÷ (‖g‖₂ + 1e-6)), ‖g‖₂ over all of them together
 * (Pascanu et al. 2013; the 1e-6 is PyTorch's clip_grad_norm_).
 */
export function clipByGlobalNorm(
  builder: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
  limit: number,
): Map<string, string> {
  const squares = [...gradients].map(([parameter, gradient]) => {
    const axes = (shapes.get(parameter) ?? []).map((_, axis) => axis);
    return builder.reduce('ReduceSum', builder.op('Mul', [gradient, gradient]), axes, false);
  });
  const norm = builder.op('Sqrt', [squares.length > 1 ? builder.op('Sum', squares) : (squares[0] as string)]);
  const ratio = builder.op('Div', [f32(builder, limit), builder.op('Add', [norm, f32(builder, 1e-6)])]);
  const scale = builder.op('Min', [ratio, f32(builder, 1)]);
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, builder.op('Mul', [gradient, scale])]));
}
