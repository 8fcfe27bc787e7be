import { describe, expect, it } from 'vitest';
import { lossKinds, lossTargetType } from '#shared/compiler/losses/registry.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { randomInput, randomTarget } from '#shared/compiler/random-batch.ts';
import { isFloat, numbers, type DType, type TensorType } from '#shared/ir/tensor.ts';

const predictions = { dtype: 'float32', shape: [6, 4, 5] } as const;

function target(spec: LossSpec, of: TensorType = predictions): { type: TensorType; values: number[] } {
  const type = lossTargetType(spec, of);
  const tensor = randomTarget(spec, type, of);
  expect([tensor.dtype, tensor.shape]).toEqual([type.dtype, type.shape]);
  return { type, values: numbers(tensor) };
}

describe('a random input', () => {
  it('is standard normal where it is of floats, the same every time', () => {
    const values = numbers(randomInput({ dtype: 'float32', shape: [50, 40] }, undefined));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.15);
    expect(numbers(randomInput({ dtype: 'float32', shape: [50, 40] }, 3))).toEqual(values);
    expect(numbers(randomInput({ dtype: 'float16', shape: [3] }, undefined))[0]).toBeCloseTo(values[0] as number, 2);
  });

  it.each<DType>(['int64', 'int32', 'uint8'])('of %s has every number below the bound, and no other', (dtype) => {
    const values = numbers(randomInput({ dtype, shape: [100] }, 7));
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });

  it('of truth values needs no bound', () => {
    expect(new Set(numbers(randomInput({ dtype: 'bool', shape: [40] }, undefined)))).toEqual(new Set([0, 1]));
  });

  it.each<[string, DType, string]>([
    ['integers without a bound', 'int64', 'input.high'],
    ['words', 'string', 'words'],
  ])('is refused of %s', (_, dtype, culprit) => {
    expect(() => randomInput({ dtype, shape: [2] }, undefined)).toThrow(culprit);
  });

  it('that fits no memory is refused as such', () => {
    expect(() => randomInput({ dtype: 'float32', shape: [2 ** 40, 2 ** 10] }, undefined)).toThrow(
      expect.objectContaining({ code: 'run.out-of-memory' }),
    );
  });
});

describe('a random target', () => {
  it.each(lossKinds)('of %s is of the type the loss takes', (kind) => {
    const { values } = target({ kind });
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it.each<[LossSpec, number]>([
    [{ kind: 'cross_entropy' }, 4],
    [{ kind: 'cross_entropy', class_axis: -1 }, 5],
    [{ kind: 'focal', form: 'softmax' }, 4],
    [{ kind: 'dice' }, 4],
    [{ kind: 'dice_cross_entropy' }, 4],
  ])('of %j names each class, and nothing else', (spec, classes) => {
    const { values, type } = target(spec);
    expect(isFloat(type.dtype)).toBe(false);
    expect(new Set(values)).toEqual(new Set(Array(classes).keys()));
  });

  it.each(['bce_with_logits', 'focal'])('of %s is yes or no', (kind) => {
    expect(new Set(target({ kind }).values)).toEqual(new Set([0, 1]));
  });

  it('of a cosine is 1 or −1', () => {
    const many = { dtype: 'float32', shape: [40, 3] } as const;
    expect(new Set(target({ kind: 'cosine_embedding' }, many).values)).toEqual(new Set([-1, 1]));
  });

  it.each<[LossSpec, (value: number) => number]>([
    [{ kind: 'cross_entropy', soft_targets: true }, (value) => value],
    [{ kind: 'kl_divergence' }, (value) => value],
    [{ kind: 'kl_divergence', log_target: true }, Math.exp],
  ])('of %j is a distribution over the classes', (spec, chance) => {
    const chances = target(spec).values.map(chance);
    for (let sample = 0; sample < 6; sample++) {
      for (let place = 0; place < 5; place++) {
        const along = [0, 1, 2, 3].map((one) => chances[sample * 20 + one * 5 + place] as number);
        expect(Math.min(...along)).toBeGreaterThan(0);
        expect(along.reduce((sum, one) => sum + one)).toBeCloseTo(1, 6);
      }
    }
  });

  it('of boxes has its corners in order', () => {
    const { values } = target({ kind: 'giou' }, { dtype: 'float32', shape: [9, 4] });
    for (let box = 0; box < values.length; box += 4) {
      const [left, top, right, bottom] = values.slice(box, box + 4) as [number, number, number, number];
      expect(right - left).toBeGreaterThan(0.09);
      expect(bottom - top).toBeGreaterThan(0.09);
    }
  });
});
