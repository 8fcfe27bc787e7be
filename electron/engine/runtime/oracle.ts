/** onnxruntime as the compiler's authority on shapes and constants. */
import type * as ort from 'onnxruntime-node';
import type { Oracle, TrialFill } from '#shared/compiler/oracle.ts';
import type { Dimension, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { elementCount } from '#shared/core/shape.ts';
import { isFloat, tensorOf, type DType, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { constantBytes, valueBytes } from '#electron/engine/budget.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { denormalsAsZero, sessionError } from '#electron/engine/runtime/session.ts';
import { InferenceSession, Tensor as RuntimeTensor } from '#electron/engine/runtime/onnxruntime.ts';

/** Weights larger than this many elements become inputs while shapes are inferred: their values cannot matter. */
const largestShapeConstant = 1024;

export const oracle: Oracle = {
  room: { constants: constantBytes, value: valueBytes() },

  async infer(model, values): Promise<Map<string, ValueInfo>> {
    if (values.length === 0) return new Map();
    const bare = withWeightsAsInputs(model);
    const types = await inferOnce(bare, values);
    // The runtime reports [] for a scalar and for a value whose rank it does not know; the shape of its Shape tells them apart.
    const doubtful = [...types.values()]
      .filter(({ shape, unknown }) => shape.length === 0 && unknown === undefined)
      .map(({ name }) => name);
    if (doubtful.length === 0) return types;
    const shapes = doubtful.map((name): Node => ({
      name: '',
      op: 'Shape',
      domain: '',
      inputs: [name],
      outputs: [`${name}/shape`],
      attributes: {},
    }));
    const nodes = [...bare.graph.nodes, ...shapes];
    const ranks = await inferOnce(
      { ...bare, graph: { ...bare.graph, nodes } },
      shapes.flatMap(({ outputs }) => outputs),
    );
    for (const name of doubtful) {
      if (ranks.get(`${name}/shape`)?.shape[0] !== 0)
        types.set(name, { ...(types.get(name) as ValueInfo), shape: unknownRank });
    }
    return types;
  },

  async observe(model, values, fill): Promise<Map<string, TensorType> | undefined> {
    if (model.graph.nodes.some(mayNotReturn)) return undefined;
    let session: ort.InferenceSession | undefined;
    try {
      session = await create(model, values);
      for (const integers of trialIntegers[fill]) {
        const types = await trialRun(session, model.graph.inputs, values, fill, integers);
        if (types) return types;
      }
      return undefined;
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    } finally {
      await session?.release();
    }
  },

  async evaluate(model, values): Promise<Map<string, Tensor>> {
    const session = await create(model, values);
    try {
      const results = await session.run({});
      return new Map(Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]));
    } catch (error) {
      throw sessionError(error);
    } finally {
      await session.release();
    }
  },
};

/** The runtime never comes back from an inverse one-sided DFT along an axis of one element, which zeros may ask for. */
function mayNotReturn({ op, domain }: Node): boolean {
  return domain === '' && op === 'DFT';
}

/**
 * Integers to try, the next where the runtime does not take the ones before: those that would change most as a size, and
 * those that are always within the bounds of a table.
 */
const trialIntegers: Readonly<Record<TrialFill, readonly (readonly number[])[]>> = {
  zeros: [[0]],
  mixed: [
    [40, 23, 17, 31],
    [1, 0],
  ],
};

const trialFloats: Readonly<Record<TrialFill, readonly number[]>> = { zeros: [0], mixed: [1, 0, -1, 0] };

async function trialRun(
  session: ort.InferenceSession,
  inputs: readonly ValueInfo[],
  values: readonly string[],
  fill: TrialFill,
  integers: readonly number[],
): Promise<Map<string, TensorType> | undefined> {
  const feeds = inputs.map((input) => {
    const pattern = isFloat(input.dtype) ? trialFloats[fill] : integers;
    return [input.name, trialInput(input, pattern)] as const;
  });
  try {
    const results = await session.run(Object.fromEntries(feeds), [...values]);
    return new Map(
      Object.entries(results).map(([name, tensor]) => {
        const { dtype, shape } = fromRuntime(tensor);
        return [name, { dtype, shape }];
      }),
    );
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function trialInput({ dtype, shape }: ValueInfo, pattern: readonly number[]): ort.Tensor {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  const count = elementCount(sizes);
  if (dtype === 'string')
    return new RuntimeTensor(
      'string',
      Array.from({ length: count }, () => ''),
      sizes,
    );
  // A pattern of zeros and others, so that truth values are of both kinds.
  const truths = pattern.map((value, index) => (dtype === 'bool' ? Number(value !== 0 && index % 2 === 0) : value));
  const values = Array.from({ length: count }, (_, index) => truths[index % truths.length] as number);
  return toRuntime(tensorOf(dtype, sizes, values));
}

/** Stands for any shape: not settled, whatever its rank. */
const unknownRank: readonly Dimension[] = [null];

async function inferOnce(model: Model, values: readonly string[]): Promise<Map<string, ValueInfo>> {
  const session = await create(model, values);
  try {
    return new Map(session.outputMetadata.map((value) => [value.name, valueInfo(value)]));
  } finally {
    await session.release();
  }
}

async function create(model: Model, outputs: readonly string[]): Promise<ort.InferenceSession> {
  const bare = { ...model, graph: { ...model.graph, outputs: [] } };
  try {
    // Optimisation would cost time and could remove the very values asked for.
    return await InferenceSession.create(encodeModel(bare, outputs), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
      ...denormalsAsZero,
    });
  } catch (error) {
    throw sessionError(error);
  }
}

function withWeightsAsInputs(model: Model): Model {
  const large = [...model.graph.initializers].filter(
    ([, tensor]) => elementCount(tensor.shape) > largestShapeConstant && tensor.dtype !== 'string',
  );
  const inputs = large.map(([name, tensor]): ValueInfo => ({ name, dtype: tensor.dtype, shape: tensor.shape }));
  const initializers = new Map(model.graph.initializers);
  for (const { name } of inputs) initializers.delete(name);
  return { ...model, graph: { ...model.graph, inputs: [...model.graph.inputs, ...inputs], initializers } };
}

function valueInfo(value: ort.InferenceSession.ValueMetadata): ValueInfo {
  if (!value.isTensor) return { name: value.name, dtype: 'float32', shape: [], unknown: 'type' };
  const shape = value.shape.map((dimension): Dimension =>
    typeof dimension === 'number' && dimension < 0 ? null : dimension,
  );
  return { name: value.name, dtype: value.type as DType, shape };
}
