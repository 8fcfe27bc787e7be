/** Activations that onnxruntime's optimizer fuses into the product before them. */
import { float } from '#shared/ir/builder.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

type Activation = (e: Emitter, value: string, parameters: readonly number[]) => string;

const plain =
  (op: string): Activation =>
  (e, value) =>
    e.unary(op, value);

/** An activation whose parameters are attributes of the standard operator, with that operator's defaults. */
const parametrized =
  (op: string, defaults: Readonly<Record<string, number>>): Activation =>
  (e, value, parameters) => {
    const attributes = Object.entries(defaults).map(([name, otherwise], index) => [
      name,
      float(parameters[index] ?? otherwise),
    ]);
    return e.builder.op(op, [value], Object.fromEntries(attributes));
  };

/** α · f(β x) */
const scaled =
  (op: string): Activation =>
  (e, value, [alpha, beta]) =>
    e.scale(e.unary(op, e.scale(value, beta ?? 1)), alpha ?? 1);

const activations: Readonly<Record<string, Activation>> = {
  '': (_, value) => value,
  Relu: plain('Relu'),
  Sigmoid: plain('Sigmoid'),
  Tanh: plain('Tanh'),
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  LeakyRelu: parametrized('LeakyRelu', { alpha: 0.01 }),
  Elu: parametrized('Elu', { alpha: 1 }),
  HardSigmoid: parametrized('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  ThresholdedRelu: parametrized('ThresholdedRelu', { alpha: 1 }),
  ScaledTanh: scaled('Tanh'),
  ParametricSoftplus: scaled('Softplus'),
  // γ · elu(x, α)
  Selu: (e, value, [alpha, gamma]) =>
    e.scale(e.builder.op('Elu', [value], { alpha: float(alpha ?? 1.6732632) }), gamma ?? 1.050701),
  // α · elu(x / α)
  Celu: (e, value, [alpha = 1]) => e.scale(e.builder.op('Elu', [e.scale(value, 1 / alpha)]), alpha),
  Clip: (e, value, [low, high]) =>
    e.builder.op('Clip', [value, e.scalar(low ?? -Infinity), e.scalar(high ?? Infinity)]),
};

export function isKnownActivation(name: string): boolean {
  return Object.hasOwn(activations, name);
}

/** An activation by the name that FusedConv and FusedGemm call it. */
export function activated(e: Emitter, name: string, value: string, parameters: readonly number[]): string {
  const activation = activations[name];
  if (!activation) throw new Error(`no activation ${name}`);
  return activation(e, value, parameters);
}
