/**
 * Checks one gradient rule against central differences of the operator itself, both run by onnxruntime on CPU.
 *
 * For every differentiable input and a few random directions d, the derivative of Σ seed·y along d by the five-point
 * stencil is compared with Σ gradient·d, relative to Σ |gradient·d|.
 */
import type * as ort from 'onnxruntime-node';
import { lower } from '#shared/compiler/3-lower.ts';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Graph, Model, Node } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { isFloat, tensorOf, type DType, type TensorType } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import type { InputSpec } from '#test/gradcheck/inputs.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

export interface GradientCase {
  readonly op: OperatorName;
  /** What is special about this case. */
  readonly name: string;
  readonly inputs: readonly (InputSpec | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Number of outputs; 1 unless given. */
  readonly outputs?: number;
  /** Positions of outputs that the node leaves out. */
  readonly omitted?: readonly number[];
  /** Positions of outputs that nothing downstream depends on. */
  readonly unused?: readonly number[];
  /** Operator-set versions to check with. */
  readonly opsets?: readonly number[];
  /** float32 where onnxruntime's CPU kernel has no float64. */
  readonly dtype?: 'float32' | 'float64';
  /** Relative tolerance; 1e-6 in float64 and 1e-3 in float32 unless given. */
  readonly tolerance?: number;
  /** Step of the stencil; 1e-3 in float64 and 0.05 in float32 unless given. */
  readonly step?: number;
  /**
   * What stands in for an operator whose kernel has no float64, so that differences can be taken in float64 all the
   * same. Its float32 values must be the kernel's own to 1e-4.
   * - 'decomposition': the operators it is rewritten to, which have the kernel that it lacks.
   * - a function: the operator in plain float64 arithmetic, written for the test. Given the values of all inputs by
   *   position, it gives those of all float outputs that are not omitted.
   */
  readonly oracle?: 'decomposition' | Reference;
}

export interface ReferenceTensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}
export type Reference = (inputs: readonly (ReferenceTensor | undefined)[]) => readonly ReferenceTensor[];

/** How far the gradient of one input is from the differences, relative to its tolerance: above 1 is wrong. */
export interface Deviation {
  readonly input: string;
  readonly error: number;
  readonly tolerance: number;
}

const directions = 3;

type Values = Map<string, { readonly shape: Shape; readonly dtype: DType; readonly data: number[] }>;

/** @param target what the gradient is written for */
export async function checkGradient(
  gradientCase: GradientCase,
  opset: number,
  seed: number,
  target: Target = {},
): Promise<Deviation[]> {
  const { oracle } = gradientCase;
  // With a function as oracle the gradient itself stays in the kernel's type, and only the differences are float64.
  const dtype =
    oracle === 'decomposition'
      ? 'float64'
      : typeof oracle === 'function'
        ? 'float32'
        : (gradientCase.dtype ?? 'float64');
  const { graph, point } = oneNodeGraph(gradientCase, dtype, opset, seed);
  const outputs = (graph.nodes[0]?.outputs ?? []).filter((name) => name !== '');
  const kernel = oracle ? oneNodeGraph(gradientCase, 'float32', opset, seed) : { graph, point };
  const forward = await Runner.create(kernel.graph, outputs, opset);
  const kernelValues = await forward.run(kernel.point);
  const typesOfInputs = new Map([...point].map(([name, { shape, dtype: type }]) => [name, { shape, dtype: type }]));
  const types = new Map<string, TensorType>([
    ...typesOfInputs,
    ...graph.initializers,
    ...[...kernelValues].map(([name, { shape, dtype: type }]): [string, TensorType] => [
      name,
      { shape, dtype: isFloat(type) ? dtype : type },
    ]),
  ]);

  const lowered = lower({ ...graph, types }, opset);
  const inner = lowered.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  const everything = await Runner.create(lowered, inner, opset);
  const typed = new Map<string, TensorType>([
    ...typesOfInputs,
    ...lowered.initializers,
    ...(await everything.run(point)),
  ]);
  await everything.release();

  const builder = new GraphBuilder(opset, lowered, target);
  const seeds = new Map<string, string>();
  const seedPoint: Values = new Map();
  const unused = new Set((gradientCase.unused ?? []).map((position) => graph.nodes[0]?.outputs[position]));
  outputs.forEach((output, position) => {
    const { shape, dtype: type } = types.get(output) as TensorType;
    if (!isFloat(type) || unused.has(output)) return;
    const name = builder.input(`seed/${output}`, type, shape);
    const data = normal(seed, 100 + position, elementCount(shape));
    seeds.set(output, name);
    seedPoint.set(name, { shape, dtype: type, data });
  });
  const still = new Set(gradientCase.inputs.flatMap((spec, position) => (spec?.held ? [`x${position}`] : [])));
  const wrt = [...point.keys()].filter((name) => isFloat((point.get(name) as TensorType).dtype) && !still.has(name));
  const gradients = appendGradient(builder, { ...lowered, types: typed }, seeds, wrt);
  const backward = await Runner.create(builder.build('gradient'), [...new Set(gradients.values())], opset);
  const found = await backward.run(new Map([...point, ...seedPoint]));

  const stand = oracle === 'decomposition' ? await Runner.create(lowered, outputs, opset) : forward;
  const evaluate = (at: Values): Promise<Values> =>
    typeof oracle === 'function'
      ? Promise.resolve(referenceValues(gradientCase, oracle, at, outputs, types, seed))
      : stand.run(at);
  if (oracle) assertSameValues(kernelValues, await evaluate(point));

  const objective = async (at: Values): Promise<number> => {
    const results = await evaluate(at);
    let total = 0;
    for (const [output, name] of seeds) {
      const weights = (seedPoint.get(name) as { data: number[] }).data;
      const values = (results.get(output) as { data: number[] }).data;
      for (let index = 0; index < weights.length; index++)
        total += (weights[index] as number) * (values[index] as number);
    }
    return total;
  };
  const step = gradientCase.step ?? (oracle || dtype === 'float64' ? 1e-3 : 0.05);
  const tolerance = gradientCase.tolerance ?? (dtype === 'float64' ? 1e-6 : 1e-3);
  const deviations: Deviation[] = [];
  for (const input of wrt) {
    const gradient = found.get(gradients.get(input) as string);
    const own = point.get(input);
    if (!gradient || !own) throw new Error(`no gradient for ${input}`);
    if (gradient.shape.join() !== own.shape.join() || gradient.dtype !== own.dtype) {
      throw new Error(
        `the gradient of ${input} is ${gradient.dtype}[${gradient.shape.join()}], not ${own.dtype}[${own.shape.join()}]`,
      );
    }
    for (let direction = 0; direction < directions; direction++) {
      const along = normal(seed, 200 + direction, own.data.length);
      const moved = (distance: number): Promise<number> => {
        const data = own.data.map((value, index) => value + distance * (along[index] as number));
        return objective(new Map([...point, [input, { ...own, data }]]));
      };
      // f′ ≈ (f(−2h) − 8 f(−h) + 8 f(h) − f(2h)) / 12h, with error h⁴ f⁽⁵⁾ / 30
      const difference =
        ((await moved(-2 * step)) - 8 * (await moved(-step)) + 8 * (await moved(step)) - (await moved(2 * step))) /
        (12 * step);
      const terms = gradient.data.map((value, index) => value * (along[index] as number));
      const product = terms.reduce((sum, term) => sum + term, 0);
      const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
      const error = Math.abs(difference - product) / Math.max(size, Math.abs(difference), 1e-6);
      deviations.push({ input, error, tolerance });
    }
  }
  await forward.release();
  if (stand !== forward) await stand.release();
  await backward.release();
  return deviations;
}

function oneNodeGraph(
  gradientCase: GradientCase,
  dtype: DType,
  opset: number,
  seed: number,
): { graph: Graph; point: Values } {
  const builder = new GraphBuilder(opset);
  const point: Values = new Map();
  const inputs = gradientCase.inputs.map((spec, position) => {
    if (spec === undefined) return '';
    const name = `x${position}`;
    const type = spec.dtype ?? dtype;
    const data = spec.values(seed, position);
    if (spec.constant) return builder.initializer(name, tensorOf(type, spec.shape, data));
    point.set(name, { shape: spec.shape, dtype: type, data });
    return builder.input(name, type, spec.shape);
  });
  const [domain, op] = gradientCase.op.startsWith('com.microsoft.')
    ? ['com.microsoft', gradientCase.op.slice('com.microsoft.'.length)]
    : ['', gradientCase.op];
  builder.opN(op, inputs, gradientCase.outputs ?? 1, gradientCase.attributes, domain);
  const node = builder.nodes[0] as Node;
  const omitted = new Set(gradientCase.omitted);
  const outputs = node.outputs.map((output, position) => (omitted.has(position) ? '' : output));
  builder.nodes[0] = { ...node, outputs };
  return { graph: builder.build(gradientCase.name), point };
}

/** The float outputs that a reference gives, by name. */
function referenceValues(
  gradientCase: GradientCase,
  reference: Reference,
  at: Values,
  outputs: readonly string[],
  types: ReadonlyMap<string, TensorType>,
  seed: number,
): Values {
  const inputs = gradientCase.inputs.map((spec, position): ReferenceTensor | undefined => {
    if (spec === undefined) return undefined;
    return at.get(`x${position}`) ?? { shape: spec.shape, data: spec.values(seed, position) };
  });
  const made = reference(inputs);
  const floats = outputs.filter((name) => isFloat((types.get(name) as TensorType).dtype));
  return new Map(
    floats.map((name, index) => {
      const { shape, data } = made[index] as ReferenceTensor;
      return [name, { shape, dtype: 'float64', data: [...data] }];
    }),
  );
}

function assertSameValues(kernel: Values, other: Values): void {
  for (const [name, { data }] of other) {
    const expected = kernel.get(name);
    if (!expected || expected.data.length !== data.length) throw new Error(`${name}: the oracle gives another shape`);
    const scale = Math.max(1e-3, ...expected.data.map(Math.abs));
    data.forEach((value, index) => {
      const difference = Math.abs(value - (expected.data[index] as number)) / scale;
      if (!(difference < 1e-4)) throw new Error(`${name}[${index}]: kernel ${expected.data[index]}, oracle ${value}`);
    });
  }
}

function normal(seed: number, counter: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const value = randomNormal(seed, randomStreams.sample, counter, index);
    // Bounded, so that a step never carries an input across a kink it was kept away from.
    return Math.max(-1.5, Math.min(1.5, value));
  });
}

/** A session with its outputs as plain numbers. */
class Runner {
  readonly #session: ort.InferenceSession;
  readonly #inputs: Graph['inputs'];

  private constructor(session: ort.InferenceSession, inputs: Graph['inputs']) {
    this.#session = session;
    this.#inputs = inputs;
  }

  static async create(graph: Graph, outputs: readonly string[], opset: number): Promise<Runner> {
    const model: Model = { graph, opsets: { '': opset, 'com.microsoft': 1 }, irVersion: 8, metadata: {} };
    const bytes = encodeModel(model, outputs);
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return new Runner(session, graph.inputs);
  }

  async run(values: Values): Promise<Values> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name } of this.#inputs) {
      const value = values.get(name);
      if (!value) throw new Error(`no value for ${name}`);
      feeds[name] = toRuntime(tensorOf(value.dtype, value.shape, value.data));
    }
    const results = await this.#session.run(feeds);
    return new Map(
      Object.entries(results).map(([name, tensor]) => [
        name,
        {
          shape: tensor.dims,
          dtype: tensor.type as DType,
          data: Array.from(tensor.data as never as ArrayLike<number>, Number),
        },
      ]),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
