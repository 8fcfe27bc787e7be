import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph } from '#shared/ir/graph.ts';
import { models } from '#test/support/graphs.ts';
import { bytesOf, message, modelBytes, packed, type WireField } from '#test/support/protobuf.ts';

describe('a model written and read again', () => {
  it('is the same model', () => {
    fc.assert(
      fc.property(models, (model) => {
        expect(decodeModel(encodeModel(model))).toEqual(model);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same when the file lies at an odd place in a larger buffer', () => {
    fc.assert(
      fc.property(models, fc.integer({ min: 1, max: 7 }), (model, offset) => {
        const bytes = encodeModel(model);
        const around = Buffer.alloc(bytes.byteLength + 16, 0xff);
        around.set(bytes, offset);
        expect(decodeModel(around.subarray(offset, offset + bytes.byteLength))).toEqual(model);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the bodies of Loop and If', () => {
    const branch = (name: string, scale: number): Graph => {
      const builder = new GraphBuilder(17);
      builder.output(builder.op('Mul', ['x', builder.scalar('float32', scale)]), 'float32', [], `${name}/y`);
      return builder.build(name);
    };
    const body = new GraphBuilder(17);
    body.input('i', 'int64', []);
    body.input('more', 'bool', []);
    body.input('carried', 'float32', []);
    const [chosen] = body.opN('If', ['more'], 1, {
      then_branch: { type: 'graph', value: branch('then', 2) },
      else_branch: { type: 'graph', value: branch('else', 3) },
    });
    body.output('more', 'bool', []);
    body.output(chosen as string, 'float32', []);
    const outer = new GraphBuilder(17);
    outer.input('x', 'float32', []);
    outer.output(
      outer.op('Loop', [outer.scalar('int64', 3), '', 'x'], { body: { type: 'graph', value: body.build('body') } }),
      'float32',
      [],
    );
    const model = { graph: outer.build('loops'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });
});

/** A TensorProto called `w` of an element type and dims, with its values in the field given. */
function decodeTensor(elementType: number, dims: readonly number[], ...fields: readonly WireField[]): Tensor {
  const tensor = message([1, packed(...dims)], [2, elementType], [8, 'w'], ...fields);
  return decodeModel(modelBytes(message([5, tensor]))).graph.initializers.get('w') as Tensor;
}

const largest = 2n ** 63n - 1n;

describe('values of a tensor', () => {
  // Field numbers of TensorProto: float_data 4, int32_data 5, string_data 6, int64_data 7, raw_data 9, double_data 10, uint64_data 11.
  it.each<[string, number, WireField, readonly number[]]>([
    ['float32 in raw_data', 1, [9, bytesOf(Float32Array.of(1.5, -2))], [1.5, -2]],
    ['float32 in float_data', 1, [4, bytesOf(Float32Array.of(1.5, -2))], [1.5, -2]],
    ['float64 in double_data', 11, [10, bytesOf(Float64Array.of(0.1, -2))], [0.1, -2]],
    ['int64 in int64_data', 7, [7, packed(-5, 7)], [-5, 7]],
    ['int32 in int32_data', 6, [5, packed(-5, 7)], [-5, 7]],
    ['int16 in int32_data', 5, [5, packed(-5, 300)], [-5, 300]],
    ['int8 in int32_data', 3, [5, packed(-5, 100)], [-5, 100]],
    ['uint16 in int32_data', 4, [5, packed(65_535, 1)], [65_535, 1]],
    ['uint8 in int32_data', 2, [5, packed(255, 1)], [255, 1]],
    ['bool in int32_data', 9, [5, packed(1, 0)], [1, 0]],
    ['uint32 in uint64_data', 12, [11, packed(4_294_967_295, 1)], [4_294_967_295, 1]],
    ['uint64 in uint64_data', 13, [11, packed(2 ** 40, 1)], [2 ** 40, 1]],
  ])('%s', (_title, elementType, field, expected) => {
    expect(numbers(decodeTensor(elementType, [2], field))).toEqual(expected);
  });

  it('float16 and bfloat16 in int32_data keep their bits', () => {
    for (const elementType of [10, 16]) {
      const { data } = decodeTensor(elementType, [2], [5, packed(0x3c00, 0xc000)]);
      expect(data).toEqual(bytesOf(Uint16Array.of(0x3c00, 0xc000)));
    }
  });

  it('the ends of int64 and uint64 survive to the last bit', () => {
    const signed = decodeTensor(7, [3], [7, packed(largest, -largest - 1n, -1)]);
    expect(signed.data).toEqual(bytesOf(BigInt64Array.of(largest, -largest - 1n, -1n)));
    const unsigned = decodeTensor(13, [1], [11, packed(2n ** 64n - 1n)]);
    expect(unsigned.data).toEqual(bytesOf(BigUint64Array.of(2n ** 64n - 1n)));
  });

  it('strings', () => {
    expect(decodeTensor(8, [2], [6, 'naïve'], [6, '']).strings).toEqual(['naïve', '']);
  });

  it('numbers that are not packed, and nothing at all for a shape with a zero', () => {
    expect(numbers(decodeTensor(7, [2], [7, 3], [7, 4]))).toEqual([3, 4]);
    expect(decodeTensor(1, [0, 3])).toEqual({ dtype: 'float32', shape: [0, 3], data: new Uint8Array() });
  });

  it('raw_data is not copied', () => {
    const file = modelBytes(message([5, message([1, packed(1)], [2, 1], [8, 'w'], [9, bytesOf(Float32Array.of(1))])]));
    expect(decodeModel(file).graph.initializers.get('w')?.data.buffer).toBe(file.buffer);
  });
});

describe('graphs as files hold them', () => {
  const typed = (name: string, ...dims: readonly Uint8Array[]): Uint8Array =>
    message([1, name], [2, message([1, message([1, 1], [2, message(...dims.map((dim): WireField => [1, dim]))])])]);

  it('takes initializers out of the inputs, where IR version 3 lists them too', () => {
    const weight = message([1, packed(1)], [2, 1], [8, 'w'], [9, bytesOf(Float32Array.of(1))]);
    const graph = message([5, weight], [11, typed('x', message([1, 2]))], [11, typed('w', message([1, 1]))]);
    expect(decodeModel(modelBytes(graph)).graph.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [2] }]);
  });

  it('reads fixed, named and unknown dimensions', () => {
    const graph = message([11, typed('x', message([2, 'N']), message([1, 3]), message(), message([1, 0]))]);
    expect(decodeModel(modelBytes(graph)).graph.inputs[0]?.shape).toEqual(['N', 3, null, 0]);
  });

  it('says what it does not know of a value', () => {
    const graph = message([12, message([1, 'a'])], [12, message([1, 'b'], [2, message([1, message([1, 7])])])]);
    expect(decodeModel(modelBytes(graph)).graph.outputs).toEqual([
      { name: 'a', dtype: 'float32', shape: [], unknown: 'type' },
      { name: 'b', dtype: 'int64', shape: [], unknown: 'shape' },
    ]);
  });

  it('knows the standard domain by both its names', () => {
    const node = message([2, 'y'], [4, 'Relu'], [7, 'ai.onnx'], [1, 'x']);
    const bytes = message([1, 8], [7, message([1, node])], [8, message([1, 'ai.onnx'], [2, 17])]);
    const model = decodeModel(bytes);
    expect(model.opsets).toEqual({ '': 17 });
    expect(model.graph.nodes[0]?.domain).toBe('');
  });
});
