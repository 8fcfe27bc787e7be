/** A gradient graph against central differences of its model. */
import { randomNormal, randomStreams, randomUniform } from '#shared/core/random.ts';
import type { Model } from '#shared/ir/graph.ts';
import { numbers, tensorOf, type Tensor } from '#shared/ir/tensor.ts';
import { castTensor, inFloats } from '#test/onnx-suite/precision.ts';
import { Session, type Values } from '#test/onnx-suite/session.ts';
import { awayFromKinks } from '#test/onnx-suite/kinks.ts';

/** A model, the values of its inputs, and which of these are differentiated. */
export interface Subject {
  readonly model: Model;
  /** The form that the gradient graph is made of. */
  readonly opened: Model;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly wrt: readonly string[];
}

type Point = ReadonlyMap<string, Tensor>;

/** How far a derivative may be from the differences, relative to Σ |gradient · direction|. */
const tolerance = 1e-3;
const directions = 2;
/** Ways to move the data; each is tried with each step, until a point is smooth as far as the differences reach. */
const ways = 4;

/** A float width in which differences are taken: the steps, relative to the input's size, and the rounding error. */
interface Ladder {
  readonly session: Session;
  /** The type that all floats are brought to; unless given, each keeps its own. */
  readonly dtype?: 'float64';
  readonly steps: readonly number[];
  readonly epsilon: number;
}

/** Why the gradient of `of` with respect to one of `wrt` is wrong; undefined where it is right. */
export async function compareGradient(
  subject: Subject,
  gradient: Model,
  of: string,
  wrt: readonly string[],
): Promise<string | undefined> {
  const open: Session[] = [];
  const opened = async (model: Model, plain = false): Promise<Session> => {
    const session = await Session.open(model, plain);
    open.push(session);
    return session;
  };
  try {
    const backward = await opened(gradient);
    const forward = await opened(subject.model);
    const there = (await forward.run(subject.values, [of])).get(of) as Values;
    const isDouble = [there.dtype, ...wrt.map((name) => subject.values.get(name)?.dtype)].every(
      (dtype) => dtype === 'float64',
    );
    const ladders: Ladder[] = [{ session: forward, ...(isDouble ? fine : coarse) }];
    if (!isDouble) ladders.unshift(...(await doubles(subject, of, there, opened)));
    const cotangent = {
      dtype: there.dtype,
      shape: there.shape,
      data: normal(100, there.data.length).map((value, index) => (Number.isFinite(there.data[index]) ? value : 0)),
    };
    for (const input of wrt) {
      for (let direction = 0; direction < directions; direction++) {
        const wrong = await compareAlong({ subject, backward, ladders, of, cotangent, input, direction });
        if (wrong !== undefined) return `d${of}/d${input}: ${wrong}`;
      }
    }
    return undefined;
  } finally {
    for (const session of open) await session.release();
  }
}

const fine = { steps: [4e-6, 4e-5], epsilon: 2 ** -53 };
const coarse = { steps: [0.1, 0.02, 0.005, 0.001], epsilon: 2 ** -24 };

/** The model in double precision, where the runtime has every kernel for it and comes to the same values. */
async function doubles(
  subject: Subject,
  of: string,
  there: Values,
  opened: (model: Model, plain: boolean) => Promise<Session>,
): Promise<Ladder[]> {
  try {
    const session = await opened(inFloats(subject.model, 'float64'), true);
    const values = new Map([...subject.values].map(([name, tensor]) => [name, castTensor(tensor, 'float64')]));
    const { data, dtype } = (await session.run(values, [of])).get(of) as Values;
    return dtype === 'float64' && agree(there.data, data) ? [{ session, dtype: 'float64', ...fine }] : [];
  } catch {
    return [];
  }
}

function agree(a: readonly number[], b: readonly number[]): boolean {
  const size = Math.max(1e-3, ...a.filter(Number.isFinite).map(Math.abs));
  return (
    a.length === b.length &&
    a.every((value, index) => Object.is(value, b[index]) || Math.abs(value - (b[index] as number)) <= 1e-4 * size)
  );
}

interface Comparison {
  readonly subject: Subject;
  readonly backward: Session;
  readonly ladders: readonly Ladder[];
  readonly of: string;
  readonly cotangent: Values;
  readonly input: string;
  readonly direction: number;
}

async function compareAlong(comparison: Comparison): Promise<string | undefined> {
  const { subject, backward, ladders, of, cotangent, input, direction } = comparison;
  const own = subject.values.get(input) as Tensor;
  const name = `grad/${input}`;
  const along = normal(200 + direction, numbers(own).length);
  const seed = tensorOf(cotangent.dtype, cotangent.shape, cotangent.data);
  for (const ladder of ladders) {
    for (let attempt = 0; attempt < ways * ladder.steps.length; attempt++) {
      const point = jittered(subject, Math.floor(attempt / ladder.steps.length));
      const results = await backward.run(new Map([...point, [`grad/${of}`, seed]]), [of, name]);
      const found = results.get(name) as Values;
      if (found.dtype !== own.dtype || found.shape.join() !== own.shape.join())
        return `the gradient is ${found.dtype}[${found.shape.join()}], not ${own.dtype}[${own.shape.join()}]`;
      if (own.data.byteLength === 0) return undefined;
      const terms = found.data.map((value, index) => value * (along[index] as number));
      const product = sum(terms);
      const size = sum(terms.map(Math.abs));
      const slope = await slopeAlong(comparison, ladder, point, along, attempt);
      if (slope === undefined) continue;
      const { derivative, spread, noise, value } = slope;
      const allowed = tolerance * Math.max(size, Math.abs(derivative)) + noise;
      // Two step sizes that disagree have a kink, a jump or a bend between them: another point is needed.
      if (spread > allowed / 2) continue;
      const forward = (results.get(of) as Values).data;
      if (!agree(value, forward)) return 'the graph computes another value than the model';
      if (Math.abs(derivative - product) <= allowed) return undefined;
      return `${product.toPrecision(6)} along direction ${direction}, differences give ${derivative.toPrecision(6)} (Σ|g·d| ${size.toPrecision(3)}, ${ladder.dtype ?? 'as it is'})`;
    }
  }
  return 'no smooth point was found near the data';
}

interface Slope {
  readonly derivative: number;
  /** How far the differences with the other step are from it. */
  readonly spread: number;
  /** What rounding alone may make of it. */
  readonly noise: number;
  /** Of the model at the point. */
  readonly value: readonly number[];
}

/** The derivative of Σ cotangent · y along a direction; undefined where a value is not finite. */
async function slopeAlong(
  { of, cotangent, input }: Comparison,
  { session, dtype, steps, epsilon }: Ladder,
  point: Point,
  along: readonly number[],
  attempt: number,
): Promise<Slope | undefined> {
  const base = new Map([...point].map(([name, tensor]) => [name, dtype ? castTensor(tensor, dtype) : tensor]));
  const { shape, dtype: type } = base.get(input) as Tensor;
  const own = numbers(base.get(input) as Tensor);
  const size = Math.min(100, Math.max(0.01, rootMeanSquare(own)));
  const valueAt = async (distance: number): Promise<readonly number[]> => {
    const data = own.map((value, index) => value + distance * (along[index] as number));
    const values = await session.run(new Map([...base, [input, tensorOf(type, shape, data)]]), [of]);
    return (values.get(of) as Values).data;
  };
  const objective = (y: readonly number[]): number =>
    sum(y.map((value, index) => weighted(value, cotangent.data[index] as number)));
  const value = await valueAt(0);
  const outer = size * (steps[attempt % steps.length] as number);
  // f′ ≈ (f(−2h) − 8 f(−h) + 8 f(h) − f(2h)) / 12h, with error h⁴ f⁽⁵⁾ / 30; here with the steps h and h/2.
  const [two, one, half] = [await bothWays(2), await bothWays(1), await bothWays(0.5)];
  async function bothWays(factor: number): Promise<number> {
    return objective(await valueAt(factor * outer)) - objective(await valueAt(-factor * outer));
  }
  const wide = (8 * one - two) / (12 * outer);
  const derivative = (8 * half - one) / (6 * outer);
  const total = sum(value.map((y, index) => Math.abs(weighted(y, cotangent.data[index] as number))));
  const noise = (8 * epsilon * total) / outer;
  if (![derivative, wide, total].every(Number.isFinite)) return undefined;
  return { derivative, spread: Math.abs(derivative - wide), noise, value };
}

/** An output that is infinite at the data has no weight. */
function weighted(value: number, weight: number): number {
  return weight === 0 ? 0 : value * weight;
}

/** The data moved a little, so that no value is exactly at a tie, a zero or an end of a domain; the last try leaves it. */
function jittered({ model, values, wrt }: Subject, way: number): Point {
  const moved = wrt.map((name, position): [string, Tensor] => {
    const tensor = values.get(name) as Tensor;
    const data = numbers(tensor);
    const size = rootMeanSquare(data.filter(Number.isFinite)) || 1;
    const draw = (stream: number, index: number): number =>
      randomUniform(1, randomStreams.sample, 1000 * (way + 1) + 10 * position + stream, index);
    const kinks = awayFromKinks(model, name);
    return [
      name,
      tensorOf(
        tensor.dtype,
        tensor.shape,
        data.map((value, index) => {
          const there = Number.isFinite(value) ? value : size * (draw(2, index) - 0.5);
          return kinks(moveBy(there, size, draw(0, index), draw(1, index), way));
        }),
      ),
    ];
  });
  return new Map([...values, ...moved]);
}

function moveBy(value: number, size: number, u: number, v: number, way: number): number {
  switch (way) {
    // Either way, up only, towards zero, not at all.
    case 0:
      return value * (1 + 0.05 * (2 * u - 1)) + 0.02 * size * (2 * v - 1);
    case 1:
      return value + (0.05 * u * Math.abs(value) + 0.02 * size * (0.1 + v));
    case 2:
      return value * (0.99 - 0.05 * u);
    default:
      return value;
  }
}

function normal(counter: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const value = randomNormal(1, randomStreams.sample, counter, index);
    return Math.max(-1.5, Math.min(1.5, value));
  });
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(sum(values.map((value) => value * value)) / Math.max(1, values.length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
