import type { Attribute } from '#shared/ir/graph.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, between, computedInts, ints, type InputSpec } from '#test/gradcheck/inputs.ts';
import { recurrentReference, type RecurrentForm } from '#test/gradcheck/recurrent-reference.ts';

interface Layer extends RecurrentForm {
  readonly steps?: number;
  readonly batch?: number;
  /** Optional inputs to leave out. */
  readonly without?: readonly ('b' | 'h' | 'c')[];
  readonly peepholes?: boolean;
  readonly lengths?: InputSpec;
  readonly unused?: readonly number[];
  /** Range of X and the weights: wide where functions should be met on all their sides. */
  readonly range?: number;
  /** Of the differences: short where functions have kinks. */
  readonly step?: number;
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const input = 3;
const hidden = 4;

function layer(name: string, form: Layer): GradientCase {
  const { op, steps = 5, batch = 3, without = [], range = 0.9 } = form;
  const directions = form.direction === 'bidirectional' ? 2 : 1;
  const spread = (...shape: number[]): InputSpec => between(-range, range, ...shape);
  const rows = gates[op] * hidden;
  const attributes: Record<string, Attribute> = { hidden_size: { type: 'int', value: hidden } };
  if (form.direction) attributes['direction'] = { type: 'string', value: form.direction };
  if (form.activations) attributes['activations'] = { type: 'strings', value: form.activations };
  if (form.alpha) attributes['activation_alpha'] = { type: 'floats', value: form.alpha };
  if (form.beta) attributes['activation_beta'] = { type: 'floats', value: form.beta };
  if (form.clip !== undefined) attributes['clip'] = { type: 'float', value: form.clip };
  if (form.inputForget) attributes['input_forget'] = { type: 'int', value: 1 };
  if (form.linearBeforeReset) attributes['linear_before_reset'] = { type: 'int', value: 1 };
  const inputs = [
    spread(steps, batch, input),
    spread(directions, rows, input),
    spread(directions, rows, hidden),
    without.includes('b') ? absent : spread(directions, 2 * rows),
    form.lengths,
    without.includes('h') ? absent : spread(directions, batch, hidden),
  ];
  if (op === 'LSTM') {
    inputs.push(without.includes('c') ? absent : spread(directions, batch, hidden));
    inputs.push(form.peepholes ? spread(directions, 3 * hidden) : absent);
  }
  return {
    op,
    name,
    inputs,
    attributes,
    outputs: op === 'LSTM' ? 3 : 2,
    opsets: [14, 22],
    tolerance: 1e-4,
    oracle: recurrentReference(form),
    ...(form.omitted ? { omitted: form.omitted } : {}),
    ...(form.unused ? { unused: form.unused } : {}),
    ...(form.step === undefined ? {} : { step: form.step }),
  };
}

const lengths = (...values: number[]): InputSpec => computedInts(values, [values.length], 'int32');
const fixedLengths = (...values: number[]): InputSpec => ints(values, [values.length], 'int32');

/** What every one of the three must do. */
function common(op: Layer['op'], more: Partial<Layer> = {}): GradientCase[] {
  const named = (name: string, form: Partial<Layer>): GradientCase => layer(name, { op, ...more, ...form });
  return [
    named('forward', {}),
    named('reverse', { direction: 'reverse' }),
    named('bidirectional', { direction: 'bidirectional' }),
    named('one step', { steps: 1 }),
    named('one sequence', { batch: 1, direction: 'bidirectional' }),
    named('bare', { without: ['b', 'h', 'c'] }),
    named('bare, both directions', { without: ['b', 'h', 'c'], direction: 'bidirectional' }),
    named('Y only', { unused: [1, 2] }),
    named('Y_h only', { unused: [0, 2] }),
    named('Y left out', { omitted: [0] }),
    named('Y left out, both directions', { omitted: [0], direction: 'bidirectional' }),
    named('Y_h left out', { omitted: [1] }),
    named('computed lengths', { lengths: lengths(2, 5, 4) }),
    named('computed lengths, reverse', { lengths: lengths(2, 5, 4), direction: 'reverse' }),
    named('constant lengths, both directions', { lengths: fixedLengths(4, 1, 3), direction: 'bidirectional' }),
    named('full lengths', { lengths: fixedLengths(5, 5, 5) }),
    named('lengths, Y left out', { lengths: lengths(3, 1, 5), omitted: [0], direction: 'bidirectional' }),
    named('clipped', { clip: 0.4, step: 1e-5 }),
  ];
}

/** Functions with the parameters they are given, so that no two are alike. */
const functions: readonly (readonly [name: string, alpha?: number, beta?: number])[] = [
  ['Relu'],
  ['Tanh'],
  ['Sigmoid'],
  ['Softsign'],
  ['Softplus'],
  ['Affine', 0.7, 0.1],
  ['LeakyRelu', 0.3],
  ['ThresholdedRelu', 0.2],
  ['ScaledTanh', 1.3, 0.6],
  ['HardSigmoid', 0.6, 0.4],
  ['Elu', 0.8],
];
const given = (...values: (number | undefined)[]): number[] => values.filter((value) => value !== undefined);

/** Each function in each place, with another one beside it. */
const activations = functions.flatMap(([name, alpha, beta], index): GradientCase[] => {
  const [next, nextAlpha, nextBeta] = functions[(index + 5) % functions.length] as (typeof functions)[number];
  const [third, thirdAlpha, thirdBeta] = functions[(index + 7) % functions.length] as (typeof functions)[number];
  const short = { step: 1e-5, range: 0.7 };
  return [
    layer(name, { op: 'RNN', activations: [name], alpha: given(alpha), beta: given(beta), ...short }),
    layer(`${name}, ${next}`, {
      op: 'GRU',
      activations: [name, next],
      alpha: given(alpha, nextAlpha),
      beta: given(beta, nextBeta),
      ...short,
    }),
    layer(`${name}, ${next}, ${third}`, {
      op: 'LSTM',
      activations: [name, next, third],
      alpha: given(alpha, nextAlpha, thirdAlpha),
      beta: given(beta, nextBeta, thirdBeta),
      ...short,
    }),
  ];
});

export const recurrentCases: readonly GradientCase[] = [
  ...common('RNN'),
  ...common('GRU'),
  ...common('GRU', { linearBeforeReset: true }).map((made) => ({ ...made, name: `${made.name}, linear before reset` })),
  ...common('LSTM'),
  ...common('LSTM', { peepholes: true }).map((made) => ({ ...made, name: `${made.name}, with peepholes` })),
  layer('an empty sequence', { op: 'GRU', lengths: lengths(0, 5, 2), direction: 'bidirectional' }),
  layer('an empty sequence', { op: 'LSTM', lengths: lengths(0, 5, 2), direction: 'bidirectional' }),
  layer('Y_c only', { op: 'LSTM', unused: [0, 1] }),
  layer('Y_c alone, the others left out', { op: 'LSTM', omitted: [0, 1], direction: 'bidirectional' }),
  layer('Y_c left out', { op: 'LSTM', omitted: [2] }),
  layer('coupled input and forget gates', { op: 'LSTM', inputForget: true }),
  layer('coupled gates with peepholes', { op: 'LSTM', inputForget: true, peepholes: true, direction: 'bidirectional' }),
  layer('coupled gates, lengths', { op: 'LSTM', inputForget: true, lengths: lengths(2, 5, 4) }),
  layer('clip with peepholes', { op: 'LSTM', clip: 0.4, peepholes: true, step: 1e-5 }),
  ...activations,
  layer('parameters left to their defaults', { op: 'GRU', activations: ['HardSigmoid', 'LeakyRelu'], step: 1e-5 }),
  layer('other activations in each direction', {
    op: 'RNN',
    direction: 'bidirectional',
    activations: ['Elu', 'ScaledTanh'],
    alpha: [0.8, 1.2],
    beta: [0.7],
    step: 1e-5,
  }),
  layer('other activations in each direction', {
    op: 'LSTM',
    direction: 'bidirectional',
    activations: ['HardSigmoid', 'Tanh', 'Elu', 'Sigmoid', 'Affine', 'ScaledTanh'],
    alpha: [0.3, 0.9, 0.6, 1.1],
    beta: [0.45, 0.05, 0.8],
    peepholes: true,
    lengths: lengths(5, 2, 3),
    step: 1e-5,
  }),
  layer('other activations in each direction', {
    op: 'GRU',
    direction: 'bidirectional',
    activations: ['HardSigmoid', 'Softsign', 'Sigmoid', 'Softplus'],
    alpha: [0.3],
    beta: [0.45],
    step: 1e-5,
  }),
];
