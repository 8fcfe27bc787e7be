/**
 * LSTM, GRU and RNN in float64, one number at a time, as onnxruntime computes them: what differences are taken of,
 * since its kernels are float32 only.
 */
import type { Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';

export interface RecurrentForm {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly activations?: readonly string[];
  readonly alpha?: readonly number[];
  readonly beta?: readonly number[];
  readonly clip?: number;
  readonly inputForget?: boolean;
  readonly linearBeforeReset?: boolean;
  /** Output positions to leave out. */
  readonly omitted?: readonly number[];
}

type Scalar = (x: number) => number;
type Vector = number[];

const sigmoid: Scalar = (x) => 1 / (1 + Math.exp(-x));

/** How many of the alphas and betas a function takes, what it defaults to, and itself. */
const functions: Readonly<
  Record<string, readonly [number, number, number, number, (a: number, b: number, x: number) => number]>
> = {
  Relu: [0, 0, 0, 0, (_, __, x) => Math.max(x, 0)],
  Tanh: [0, 0, 0, 0, (_, __, x) => Math.tanh(x)],
  Sigmoid: [0, 0, 0, 0, (_, __, x) => sigmoid(x)],
  Softsign: [0, 0, 0, 0, (_, __, x) => x / (1 + Math.abs(x))],
  Softplus: [0, 0, 0, 0, (_, __, x) => Math.log1p(Math.exp(x))],
  Affine: [1, 1, 0, 0, (a, b, x) => a * x + b],
  LeakyRelu: [1, 0, 0.01, 0, (a, _, x) => (x < 0 ? a * x : x)],
  ThresholdedRelu: [1, 0, 0, 0, (a, _, x) => (x > a ? x : 0)],
  ScaledTanh: [1, 1, 0, 0, (a, b, x) => a * Math.tanh(b * x)],
  HardSigmoid: [1, 1, 0.2, 0.5, (a, b, x) => Math.min(1, Math.max(0, a * x + b))],
  Elu: [1, 0, 1, 0, (a, _, x) => (x < 0 ? a * Math.expm1(x) : x)],
};

function scalarFunctions(form: RecurrentForm, defaults: readonly string[], directions: number): Scalar[] {
  const alpha = [...(form.alpha ?? [])];
  const beta = [...(form.beta ?? [])];
  const names = form.activations ?? Array.from({ length: directions }, () => defaults).flat();
  return names.map((name, index) => {
    const [alphas, betas, defaultAlpha, defaultBeta, apply] = functions[name] as (typeof functions)[string];
    const a = alphas ? (alpha.shift() ?? defaultAlpha) : 0;
    const b = betas ? (beta.shift() ?? defaultBeta) : 0;
    // What an LSTM takes of its cell is not clipped.
    const clip = form.op === 'LSTM' && index % 3 === 2 ? Infinity : (form.clip ?? Infinity);
    return (x) => apply(a, b, Math.min(clip, Math.max(-clip, x)));
  });
}

const gateCounts = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const defaultActivations = { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: ['Tanh'] } as const;

/** Everything of one direction, and a step from one state to the next. */
interface Layer {
  readonly hidden: number;
  /** Row `row` of X's weights times x, and of the state's times h, each with its bias. */
  readonly fromInput: (row: number, x: Vector) => number;
  readonly fromState: (row: number, h: Vector) => number;
  readonly peephole: (gate: number, unit: number) => number;
  readonly functions: readonly Scalar[];
}
interface State {
  readonly h: Vector;
  readonly c: Vector;
}

const units = (layer: Layer, compute: (unit: number) => number): Vector =>
  Array.from({ length: layer.hidden }, (_, unit) => compute(unit));

function rnnStep(layer: Layer, x: Vector, { h, c }: State): State {
  const [f] = layer.functions as [Scalar];
  return { h: units(layer, (unit) => f(layer.fromInput(unit, x) + layer.fromState(unit, h))), c };
}

function gruStep(layer: Layer, x: Vector, { h, c }: State, linearBeforeReset: boolean): State {
  const { hidden } = layer;
  const [f, g] = layer.functions as [Scalar, Scalar];
  const gate = (index: number): Vector =>
    units(layer, (unit) => f(layer.fromInput(index * hidden + unit, x) + layer.fromState(index * hidden + unit, h)));
  const [z, r] = [gate(0), gate(1)];
  const reset = h.map((value, unit) => (r[unit] as number) * value);
  const n = units(layer, (unit) => {
    const row = 2 * hidden + unit;
    const state = linearBeforeReset ? (r[unit] as number) * layer.fromState(row, h) : layer.fromState(row, reset);
    return g(layer.fromInput(row, x) + state);
  });
  return {
    h: units(
      layer,
      (unit) => (1 - (z[unit] as number)) * (n[unit] as number) + (z[unit] as number) * (h[unit] as number),
    ),
    c,
  };
}

function lstmStep(layer: Layer, x: Vector, { h, c }: State, inputForget: boolean): State {
  const { hidden } = layer;
  const [f, g, output] = layer.functions as [Scalar, Scalar, Scalar];
  const linear = (gate: number, unit: number): number =>
    layer.fromInput(gate * hidden + unit, x) + layer.fromState(gate * hidden + unit, h);
  const next = units(layer, (unit) => {
    const cell = c[unit] as number;
    const i = f(linear(0, unit) + layer.peephole(0, unit) * cell);
    const forget = inputForget ? 1 - i : f(linear(2, unit) + layer.peephole(2, unit) * cell);
    return forget * cell + i * g(linear(3, unit));
  });
  return {
    h: units(layer, (unit) => {
      const cell = next[unit] as number;
      return f(linear(1, unit) + layer.peephole(1, unit) * cell) * output(cell);
    }),
    c: next,
  };
}

/** Outputs that are not omitted, Y, Y_h and Y_c in this order. Empty sequences must be of LSTM or GRU. */
export function recurrentReference(form: RecurrentForm): Reference {
  return ([x, w, r, b, lengths, initialH, initialC, p]) => {
    const [steps, batch, width] = (x as ReferenceTensor).shape as [number, number, number];
    const directions = form.direction === 'bidirectional' ? 2 : 1;
    const hidden = (r as ReferenceTensor).shape[2] as number;
    const gates = gateCounts[form.op];
    const all = scalarFunctions(form, defaultActivations[form.op], directions);
    const at = (tensor: ReferenceTensor | undefined, ...index: number[]): number => {
      if (!tensor) return 0;
      return tensor.data[index.reduce((sum, place, axis) => sum * (tensor.shape[axis] as number) + place, 0)] as number;
    };
    const y = Array.from({ length: steps * directions * batch * hidden }, () => 0);
    const last = { h: [] as number[], c: [] as number[] };
    for (let direction = 0; direction < directions; direction++) {
      const count = all.length / directions;
      const layer: Layer = {
        hidden,
        fromInput: (row, values) =>
          values.reduce((sum, value, column) => sum + value * at(w, direction, row, column), at(b, direction, row)),
        fromState: (row, values) =>
          values.reduce(
            (sum, value, column) => sum + value * at(r, direction, row, column),
            at(b, direction, gates * hidden + row),
          ),
        peephole: (gate, unit) => at(p, direction, gate * hidden + unit),
        functions: all.slice(direction * count, (direction + 1) * count),
      };
      const backwards = form.direction === 'reverse' || direction === 1;
      for (let sequence = 0; sequence < batch; sequence++) {
        const length = lengths ? at(lengths, sequence) : steps;
        const initial = (tensor: ReferenceTensor | undefined): Vector =>
          units(layer, (unit) => at(tensor, direction, sequence, unit));
        let state: State = { h: initial(initialH), c: initial(initialC) };
        for (let passed = 0; passed < length; passed++) {
          const step = backwards ? length - 1 - passed : passed;
          const values = Array.from({ length: width }, (_, column) => at(x, step, sequence, column));
          if (form.op === 'RNN') state = rnnStep(layer, values, state);
          else if (form.op === 'GRU') state = gruStep(layer, values, state, form.linearBeforeReset ?? false);
          else state = lstmStep(layer, values, state, form.inputForget ?? false);
          const place = ((step * directions + direction) * batch + sequence) * hidden;
          state.h.forEach((value, unit) => (y[place + unit] = value));
        }
        last.h.push(...(length === 0 ? units(layer, () => 0) : state.h));
        last.c.push(...(length === 0 ? units(layer, () => 0) : state.c));
      }
    }
    const made: ReferenceTensor[] = [
      { shape: [steps, directions, batch, hidden], data: y },
      { shape: [directions, batch, hidden], data: last.h },
      { shape: [directions, batch, hidden], data: last.c },
    ];
    const outputs = form.op === 'LSTM' ? made : made.slice(0, 2);
    return outputs.filter((_, position) => !form.omitted?.includes(position));
  };
}
