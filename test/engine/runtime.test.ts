/** Between Graft and onnxruntime: tensors keep their bytes, errors get a code. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { bytesPerElement, dtypes, float32Tensor, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession, sessionError } from '#electron/engine/runtime/session.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

/** Three elements of a type: bytes 1, 2, 3, … (bool: 1, 0, 1), in a buffer where they are not aligned. */
function odd(dtype: DType): Tensor {
  const length = 3 * bytesPerElement(dtype);
  const around = Buffer.alloc(length + 1);
  for (let index = 0; index < length; index++) around[index + 1] = dtype === 'bool' ? (index + 1) % 2 : index + 1;
  return { dtype, shape: [3], data: around.subarray(1) };
}

/** The model y = x for a type. */
function identity(dtype: DType): Parameters<typeof createSession>[0] {
  const builder = new GraphBuilder(17);
  builder.input('x', dtype, [3]);
  builder.output('x', dtype, [3], 'y');
  return { graph: builder.build('identity'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

describe('tensors', () => {
  // The binding takes no 16-bit floats: it cannot see into a Float16Array, and for bfloat16 there is no array at all.
  it.each(dtypes.filter((dtype) => !['string', 'float16', 'bfloat16'].includes(dtype)))(
    'of %s go through the runtime and back with the bytes they had',
    async (dtype) => {
      const tensor = odd(dtype);
      const session = await createSession(identity(dtype), 'cpu');
      const results = await session.run({ x: toRuntime(tensor) });
      await session.release();
      const back = fromRuntime(results['y'] as ort.Tensor);
      expect({ ...back, data: [...back.data] }).toEqual({ dtype, shape: [3], data: [...tensor.data] });
    },
  );

  it('of float16 come back from it', async () => {
    const builder = new GraphBuilder(17);
    const halves = builder.cast(builder.initializer('x', float32Tensor([2], [1, -2])), 'float16');
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const { data, ...type } = (await oracle.evaluate(model, [halves])).get(halves) as Tensor;
    expect(type).toEqual({ dtype: 'float16', shape: [2] });
    expect([...new Uint16Array(Uint8Array.from(data).buffer)]).toEqual([0x3c00, 0xc000]);
  });

  it('of strings as well', async () => {
    const tensor: Tensor = { dtype: 'string', shape: [3], data: new Uint8Array(), strings: ['a', '', 'naïve'] };
    const session = await createSession(identity('string'), 'cpu');
    const results = await session.run({ x: toRuntime(tensor) });
    await session.release();
    expect(fromRuntime(results['y'] as ort.Tensor)).toEqual(tensor);
  });

  it('are not copied where they are aligned', () => {
    const data = new Uint8Array(new Float32Array(3).buffer);
    const runtime = toRuntime({ dtype: 'float32', shape: [3], data });
    expect((runtime.data as Float32Array).buffer).toBe(data.buffer);
    expect(fromRuntime(runtime).data.buffer).toBe(data.buffer);
  });
});

describe('the runtime as the authority on shapes', () => {
  it('infers types, large weights or small, and says what it cannot know', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 2000]);
    const large = { dtype: 'float32' as const, shape: [2000, 3], data: new Uint8Array(2000 * 3 * 4) };
    const product = builder.op('MatMul', ['x', builder.initializer('large', large)]);
    const reshaped = builder.reshape(product, [3, 2]);
    const places = builder.op('NonZero', [product]);
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const types = await oracle.infer(model, [product, reshaped, places]);
    expect(types.get(product)).toEqual({ name: product, dtype: 'float32', shape: [2, 3] });
    expect(types.get(reshaped)?.shape).toEqual([3, 2]);
    expect(types.get(places)).toMatchObject({ dtype: 'int64', shape: { 0: 2 } });
    expect(typeof types.get(places)?.shape[1]).not.toBe('number');
    expect(await oracle.infer(model, [])).toEqual(new Map());
  });
});

describe('a layer normalization', () => {
  it.each([
    ['left out', ['x', 'scale']],
    ['left out by an empty name', ['x', 'scale', '']],
  ])('runs with its bias %s', async (_title, inputs) => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [1, 2]);
    builder.initializer('scale', float32Tensor([2], [1, 3]));
    builder.output(builder.op('LayerNormalization', inputs, { epsilon: 1e-9 }), 'float32', [1, 2], 'y');
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const session = await createSession(model, 'cpu');
    const { y } = await session.run({ x: toRuntime(float32Tensor([1, 2], [4, 8])) });
    await session.release();
    expect([...((y as ort.Tensor).data as Float32Array)]).toEqual([expect.closeTo(-1), expect.closeTo(3)]);
  });
});

describe('errors of the runtime', () => {
  it.each<[string, 'cpu' | 'cuda', string]>([
    ['bad allocation: std::bad_alloc', 'cpu', 'run.out-of-memory'],
    ['Failed to allocate memory for requested buffer of size 12', 'cuda', 'run.out-of-memory'],
    ['backend not found.', 'cuda', 'run.device-missing'],
    ['no available adapter', 'cuda', 'run.device-missing'],
    ['no available adapter', 'cpu', 'run.session-failed'],
    ['Node (x) Op (Conv) [ShapeInferenceError]', 'cuda', 'run.session-failed'],
  ])('“%s” on %s is %s', (reason, device, code) => {
    const error = sessionError(new Error(reason), device);
    expect(error.code).toBe(code);
  });

  it('keep a code they have, and the reason whatever was thrown', () => {
    const known = new GraftError('run.none');
    expect(sessionError(known)).toBe(known);
    expect(sessionError('just words').message).toContain('just words');
  });

  it.each([
    ['bytes that are no model', Uint8Array.of(1, 2, 3)],
    ['a file that is not there', '/nowhere/model.onnx'],
  ])('come with a code for %s', async (_title, model) => {
    await expect(createSession(model, 'cpu')).rejects.toMatchObject({ code: 'run.session-failed' });
  });
});
