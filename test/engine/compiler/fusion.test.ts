/** Nodes joined before training: the same values, and only where nothing else reads what stood between. */
import { describe, expect, it } from 'vitest';
import { fixShapes } from '#shared/compiler/2-shape.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { fuse } from '#shared/compiler/fusion.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

const wave = (shape: Shape, phase: number, middle = 0): Float32Array =>
  Float32Array.from({ length: elementCount(shape) }, (_, index) => middle + Math.sin(index * 1.3 + phase));

async function run(model: Model, shape: Shape): Promise<Float32Array[]> {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const results = await session.run({ x: float32(wave(shape, 0), shape) });
  await session.release();
  return model.graph.outputs.map(({ name }) => results[name]?.data as Float32Array);
}

/** The operators left of a graph from x, after its values were seen to be the same. */
async function fused(shape: Shape, build: (builder: GraphBuilder) => readonly string[]): Promise<string[]> {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', shape);
  for (const [index, value] of build(builder).entries()) builder.output(value, 'float32', [null], `y${index}`);
  const model = { graph: builder.build('test'), opsets: { '': 17 }, irVersion: onnxIrVersion, metadata: {} };
  const outputs = model.graph.outputs.map((output) => ({ ...output, unknown: 'shape' as const }));
  const unsaid = { ...model, graph: { ...model.graph, outputs } };
  const typed = await fixShapes(unsaid, new Map([['x', shape]]), [...model.graph.initializers.keys()], oracle);
  const joined = fuse(foldNormalizations(typed));
  expect(violations(joined)).toEqual([]);
  for (const node of joined.graph.nodes)
    for (const name of node.outputs) expect(joined.graph.types.has(name), name).toBe(true);
  const [before, after] = [await run(typed, shape), await run(joined, shape)];
  before.forEach((values, index) => {
    const others = after[index] as Float32Array;
    values.forEach((value, at) => expect(others[at]).toBeCloseTo(value, 4));
  });
  return joined.graph.nodes.map(({ op }) => op).filter((op) => op !== 'Identity');
}

describe('batch normalization behind a convolution', () => {
  const pictures = [2, 3, 5, 5];
  const weight = (builder: GraphBuilder, name: string, shape: Shape, middle = 0): string =>
    builder.initializer(name, float32Tensor(shape, wave(shape, name.length, middle)));
  const convolution = (builder: GraphBuilder, bias: boolean): string =>
    builder.op(
      'Conv',
      ['x', weight(builder, 'kernel', [4, 3, 3, 3]), ...(bias ? [weight(builder, 'bias', [4])] : [])],
      { kernel_shape: [3, 3] },
    );
  const normalization = (builder: GraphBuilder, value: string): string =>
    builder.op('BatchNormalization', [
      value,
      weight(builder, 'scale', [4], 2),
      weight(builder, 'shift', [4]),
      weight(builder, 'mean', [4]),
      weight(builder, 'variance', [4], 2),
    ]);

  it.each([true, false])('becomes part of it, with a bias of its own: %s', async (bias) => {
    const ops = await fused(pictures, (builder) => [normalization(builder, convolution(builder, bias))]);
    expect(ops).not.toContain('BatchNormalization');
    expect(ops.filter((op) => op === 'Conv')).toHaveLength(1);
  });

  it('stays where something else reads the convolution', async () => {
    const ops = await fused(pictures, (builder) => {
      const convolved = convolution(builder, true);
      return [normalization(builder, convolved), builder.op('Relu', [convolved])];
    });
    expect(ops).toEqual(['Conv', 'BatchNormalization', 'Relu']);
  });
});

describe('x·σ(x)', () => {
  it.each([true, false])('becomes one operator, x first: %s', async (first) => {
    const ops = await fused([2, 3], (builder) => {
      const gate = builder.op('Sigmoid', ['x']);
      return [builder.op('Mul', first ? ['x', gate] : [gate, 'x'])];
    });
    expect(ops).toEqual(['QuickGelu']);
  });

  it('stays where the gate is read elsewhere, or is that of another value', async () => {
    const ops = await fused([2, 3], (builder) => {
      const gate = builder.op('Sigmoid', ['x']);
      const other = builder.op('Sigmoid', [builder.op('Neg', ['x'])]);
      return [builder.op('Mul', ['x', gate]), gate, builder.op('Mul', ['x', other])];
    });
    expect(ops.toSorted()).toEqual(['Mul', 'Mul', 'Neg', 'Sigmoid', 'Sigmoid']);
  });
});

describe('GELU', () => {
  const shifted = (builder: GraphBuilder, divides: boolean): string => {
    const factor = builder.scalar('float32', divides ? Math.SQRT2 : Math.SQRT1_2);
    const error = builder.op('Erf', [builder.op(divides ? 'Div' : 'Mul', ['x', factor])]);
    return builder.op('Add', [error, builder.scalar('float32', 1)]);
  };
  const half = (builder: GraphBuilder, value: string): string =>
    builder.op('Mul', [value, builder.scalar('float32', 0.5)]);

  it.each([true, false])('becomes one operator however it is written, √2 below the line: %s', async (divides) => {
    const last = (builder: GraphBuilder): readonly string[] => [
      half(builder, builder.op('Mul', ['x', shifted(builder, divides)])),
    ];
    const early = (builder: GraphBuilder): readonly string[] => [
      builder.op('Mul', [half(builder, 'x'), shifted(builder, divides)]),
    ];
    expect(await fused([2, 3], last)).toEqual(['Gelu']);
    expect(await fused([2, 3], early)).toEqual(['Gelu']);
  });

  it('stays where another number stands in it, or its middle is read elsewhere', async () => {
    const ops = await fused([2, 3], (builder) => {
      const product = builder.op('Mul', ['x', shifted(builder, true)]);
      return [builder.op('Mul', [product, builder.scalar('float32', 0.25)])];
    });
    expect(ops).not.toContain('Gelu');
    const read = await fused([2, 3], (builder) => {
      const sum = shifted(builder, true);
      return [half(builder, builder.op('Mul', ['x', sum])), sum];
    });
    expect(read).not.toContain('Gelu');
  });

  it('stays where one of its numbers is trained', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 3]);
    const product = builder.op('Mul', ['x', shifted(builder, true)]);
    const trained = builder.initializer('half', float32Tensor([], [0.5]));
    builder.output(builder.op('Mul', [product, trained]), 'float32', [2, 3], 'y');
    const model = { graph: builder.build('test'), opsets: { '': 17 }, irVersion: onnxIrVersion, metadata: {} };
    const typed = await fixShapes(model, new Map(), [trained], oracle);
    const opsOf = (joined: Model): string[] => joined.graph.nodes.map(({ op }) => op);
    expect(opsOf(fuse(typed, [trained]))).not.toContain('Gelu');
    expect(opsOf(fuse(typed))).toContain('Gelu');
  });
});
