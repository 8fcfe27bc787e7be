import type * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { filledTensor, float32Tensor } from '#shared/ir/tensor.ts';
import { CarriedValues } from '#electron/engine/runtime/carried-values.ts';
import { Tensor } from '#electron/engine/runtime/onnxruntime.ts';

it('holds copies of what it is given', () => {
  const carried = new CarriedValues();
  const weight = float32Tensor([2], [1, 2]);
  carried.load(new Map([['w', weight]]));
  weight.data.fill(0);
  expect(carried.feeds['w']?.data).toEqual(Float32Array.of(1, 2));
  carried.load(new Map([['b', filledTensor([1], 3)]]));
  expect(Object.keys(carried.feeds)).toEqual(['w', 'b']);
  expect(carried.nextNames).toEqual(['next/w', 'next/b']);
  expect(carried.onDevice).toBe(false);
});

it('gives the memory of a device back once the next values have come', () => {
  const given: string[] = [];
  const buffer = (name: string): ort.Tensor =>
    Tensor.fromGpuBuffer({} as ort.Tensor.GpuBufferType, {
      dataType: 'float32',
      dims: [1],
      dispose: () => void given.push(name),
    });
  const carried = new CarriedValues();
  carried.load(new Map([['w', filledTensor([1], 0)]]));
  carried.advance({ loss: buffer('loss'), 'next/w': buffer('first') });
  expect([carried.onDevice, given]).toEqual([true, []]);
  const second = buffer('second');
  carried.advance({ 'next/w': second });
  expect(given).toEqual(['first']);
  expect(carried.feeds['w']).toBe(second);
});

it('has many steps in a run where they are short, or where much is carried', () => {
  const little = new CarriedValues();
  little.load(new Map([['w', filledTensor([1000], 0)]]));
  expect([0.1, 40, 350, 2000].map((step) => little.stepsPerRun(step))).toEqual([1000, 3, 1, 1]);
  const much = new CarriedValues();
  much.load(new Map([['w', filledTensor([2 ** 23], 0)]]));
  expect([0.1, 40, 350, 2000].map((step) => much.stepsPerRun(step))).toEqual([10_000, 25, 3, 1]);
});
