/**
 * Gradients at points where there is no derivative to compare with: ties, jumps, zeros at a root, random masks. Which of
 * the possible values is given is a convention, PyTorch's unless said otherwise.
 */
import { describe, expect, test } from 'vitest';
import { lower } from '#shared/compiler/3-lower.ts';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Graph, Model } from '#shared/ir/graph.ts';
import { isFloat, numbers, tensorOf, type DType, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';

interface Given {
  readonly values: readonly number[];
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  /** Not differentiated. */
  readonly fixed?: true;
}

const opset = 18;
const modelOf = (graph: Graph): Model => ({ graph, opsets: { '': opset }, irVersion: 8, metadata: {} });

/** Types as they turn out when run: some sizes here hang on the values. */
async function typesOf(graph: Graph): Promise<Map<string, TensorType>> {
  const values = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  return new Map([...graph.initializers, ...(await oracle.evaluate(modelOf(graph), values))]);
}

/**
 * Values of all outputs of one node and the gradients of the sum of the first, by input position; all of one run.
 */
async function run(
  op: string,
  inputs: readonly (Given | undefined)[],
  attributes: Record<string, AttributeValue> = {},
  outputs = 1,
): Promise<{ outputs: number[][]; gradients: number[][] }> {
  const forward = new GraphBuilder(opset);
  const names = inputs.map((spec, position) => {
    if (!spec) return '';
    const shape = spec.shape ?? [spec.values.length];
    return forward.initializer(`x${position}`, tensorOf(spec.dtype ?? 'float32', shape, spec.values));
  });
  const made = forward.opN(op, names, outputs, attributes);
  const plain = forward.build('forward');
  const graph = lower({ ...plain, types: await typesOf(plain) }, opset);
  const types = await typesOf(graph);
  const builder = new GraphBuilder(opset, graph);
  const y = made[0] as string;
  const { dtype, shape } = types.get(y) as { dtype: DType; shape: readonly number[] };
  const seeds = new Map([[y, builder.expand(builder.scalar(dtype, 1), shape)]]);
  const wrt = names.filter((_, position) => {
    const spec = inputs[position];
    return spec && !spec.fixed && isFloat(spec.dtype ?? 'float32');
  });
  const gradients = appendGradient(builder, { ...graph, types }, seeds, wrt);
  const wanted = [...made, ...gradients.values()];
  const values = await oracle.evaluate(modelOf(builder.build('gradient')), [...new Set(wanted)]);
  const read = (name: string): number[] => numbers(values.get(name) as Tensor);
  return {
    outputs: made.map(read),
    gradients: names.map((name) => (gradients.has(name) ? read(gradients.get(name) as string) : [])),
  };
}

const indices = (...values: number[]): Given => ({ values, dtype: 'int64' });

describe('equal winners share', () => {
  test.each(['max', 'min'])('of a scatter by %s', async (reduction) => {
    const sign = reduction === 'max' ? 1 : -1;
    const data = { values: [2, 5, 1].map((value) => sign * value) };
    const updates = { values: [2, 2, 4, 1].map((value) => sign * value) };
    const { gradients } = await run('ScatterElements', [data, indices(0, 0, 1, 2), updates], { reduction });
    const third = expect.closeTo(1 / 3, 6);
    expect(gradients[0]).toEqual([third, 1, 0.5]);
    expect(gradients[2]).toEqual([third, third, 0, 0.5]);
  });

  test('of a reduction', async () => {
    const { gradients } = await run('ReduceMax', [{ values: [3, 1, 3] }]);
    expect(gradients[0]).toEqual([0.5, 0, 0.5]);
  });

  test('of a maximum of three', async () => {
    const { gradients } = await run('Max', [{ values: [1, 2] }, { values: [1, 3] }, { values: [0, 3] }]);
    expect(gradients).toEqual([
      [0.5, 0],
      [0.5, 0.5],
      [0, 0.5],
    ]);
  });
});

test('values that are not unique go to the one that came first', async () => {
  const { gradients } = await run('Unique', [{ values: [2, 1, 2, 1, 3] }]);
  expect(gradients[0]).toEqual([1, 1, 0, 0, 1]);
});

describe('at the limits of a clip', () => {
  const x = { values: [-1, 0, 1, 2, 3] };
  const [low, high] = [0, 2].map((value): Given => ({ values: [value], shape: [] })) as [Given, Given];
  test('nothing passes between constants, as in ReLU6', async () => {
    const { gradients } = await run('Clip', [x, { ...low, fixed: true }, { ...high, fixed: true }]);
    expect(gradients).toEqual([[0, 0, 1, 0, 0], [], []]);
  });
  test('that move, they share, as in clamp', async () => {
    const { gradients } = await run('Clip', [x, low, high]);
    expect(gradients).toEqual([[0, 0.5, 1, 0.5, 0], [1.5], [1.5]]);
  });
  test('that cross, all is the upper one’s', async () => {
    const { gradients } = await run('Clip', [x, { values: [1.1], shape: [] }, { values: [-1.2], shape: [] }]);
    expect(gradients).toEqual([[0, 0, 0, 0, 0], [0], [5]]);
  });
});

describe('where a root or a distance is zero', () => {
  test('of ReduceL2', async () => {
    const zeros = { values: [0, 0, 3, 4], shape: [2, 2] };
    const { gradients } = await run('ReduceL2', [zeros, indices(1)]);
    expect(gradients[0]).toEqual([0, 0, expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
  });
  test('of Abs', async () => {
    expect((await run('Abs', [{ values: [0, -2] }])).gradients[0]).toEqual([0, -1]);
  });
  test('of Sqrt it is infinite', async () => {
    expect((await run('Sqrt', [{ values: [0, 4] }])).gradients[0]).toEqual([Infinity, 0.25]);
  });
  test('of powers, whose exponents get nothing where the base is not positive', async () => {
    const { gradients } = await run('Pow', [{ values: [0, 0, 0, -2] }, { values: [0, 1, 2, 3] }]);
    expect(gradients[0]).toEqual([0, 1, 0, 12]);
    expect(gradients[1]).toEqual([0, 0, 0, 0]);
  });
});

describe('Dropout while training', () => {
  const x = { values: Array.from({ length: 200 }, (_, index) => index + 1) };
  const bool = (value: number): Given => ({ values: [value], shape: [], dtype: 'bool' });
  test.each([
    ['with its mask', 2],
    ['without', 1],
  ])('sends dy through the elements that were kept, %s', async (_, outputs) => {
    const ratio = { values: [0.6], shape: [] };
    const { outputs: values, gradients } = await run('Dropout', [x, ratio, bool(1)], { seed: 3 }, outputs);
    const y = values[0] as number[];
    const kept = y.filter((value) => value !== 0).length;
    expect(kept).toBeGreaterThan(40);
    expect(kept).toBeLessThan(120);
    y.forEach((value, index) => {
      expect(value).toBeCloseTo(value === 0 ? 0 : (index + 1) / 0.4, 2);
      expect(gradients[0]?.[index]).toBeCloseTo(value === 0 ? 0 : 2.5, 5);
    });
    if (outputs === 2) expect(values[1]).toEqual(y.map((value) => (value === 0 ? 0 : 1)));
  });
  test('drops half if no ratio is given', async () => {
    const { gradients } = await run('Dropout', [x, undefined, bool(1)], { seed: 3 });
    expect(new Set(gradients[0])).toEqual(new Set([0, 2]));
  });
  test('is off when told so', async () => {
    const { gradients, outputs } = await run('Dropout', [x, { values: [0.6], shape: [] }, bool(0)], {}, 2);
    expect(new Set(gradients[0])).toEqual(new Set([1]));
    expect(new Set(outputs[1])).toEqual(new Set([1]));
  });
});
