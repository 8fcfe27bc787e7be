import { describe, expect, it } from 'vitest';
import { carriedPacks, packed, packsOf, unpacked } from '#shared/compiler/packed-parameters.ts';
import type { Shape } from '#shared/core/shape.ts';
import { float32Tensor, type DType, type TensorType } from '#shared/ir/tensor.ts';

function typesOf(shapes: Readonly<Record<string, Shape>>, dtype: DType = 'float32'): Map<string, TensorType> {
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype, shape }]));
}

const adamw = { kind: 'adamw' };
const group = (...parameters: string[]) => ({ parameters, rate: 1, decay: 0 });

describe('packs', () => {
  const types = typesOf({ a: [2, 3], b: [4], c: [], large: [2 ** 18 + 1], d: [1], e: [7] });

  it('are of the small parameters of a group, under names of their own', () => {
    const taken = new Map([...types, ...typesOf({ 'packed/0': [1], 'packed/2': [1] })]);
    const packs = packsOf(adamw, [group('a', 'large', 'b', 'c'), group('d', 'e')], taken);
    expect(packs.map(({ name, members }) => [name, members.map((member) => member.name)])).toEqual([
      ['packed/1', ['a', 'b', 'c']],
      ['packed/3', ['d', 'e']],
    ]);
  });

  it('are none where there is nothing to join, or an optimizer looks at whole parameters', () => {
    expect(packsOf(adamw, [group('a', 'large'), group('b')], types)).toEqual([]);
    for (const kind of ['lamb', 'adafactor', 'muon', 'nadam'])
      expect(packsOf({ kind }, [group('a', 'b')], types), kind).toEqual([]);
  });

  it('are of float32 alone', () => {
    const halves = new Map([...types, ...typesOf({ h: [3], i: [3] }, 'float16')]);
    expect(packsOf(adamw, [group('h', 'i', 'a', 'b')], halves)[0]?.members.map(({ name }) => name)).toEqual(['a', 'b']);
    const wide = new Map([...types, ...typesOf({ w: [3] }, 'float64')]);
    expect(packsOf(adamw, [group('a', 'b', 'w')], wide)).toEqual([]);
  });

  it('hold no more than a quarter of what every card takes', () => {
    const names = Array.from({ length: 70 }, (_, index) => `p${index}`);
    const many = typesOf(Object.fromEntries(names.map((name) => [name, [2 ** 17]])));
    const packs = packsOf(adamw, [group(...names)], many);
    expect(packs.map(({ members }) => members.length)).toEqual([64, 6]);
  });
});

describe('values', () => {
  const types = typesOf({ a: [2, 2], b: [3] });
  const packs = packsOf(adamw, [group('a', 'b')], types);
  const slot = { parameter: 'packed/0', dtype: 'float32', shape: [7], initial: 0 } as const;
  const all = carriedPacks(packs, [{ ...slot, name: 'state/packed/0/exp_avg', slot: 'exp_avg' }]);
  const values = new Map([
    ['a', float32Tensor([2, 2], [1, 2, 3, 4])],
    ['other', float32Tensor([1], [9])],
    ['b', float32Tensor([3], [5, 6, 7])],
  ]);

  it('come back as they went in, slots by their parameters', () => {
    const together = packed(values, all);
    expect(together.get('packed/0')).toEqual(float32Tensor([7], [1, 2, 3, 4, 5, 6, 7]));
    expect([...together.keys()].toSorted()).toEqual(['other', 'packed/0']);
    const apart = unpacked(together, all);
    expect(Object.fromEntries(apart)).toEqual(Object.fromEntries(values));
    const state = new Map([['state/packed/0/exp_avg', float32Tensor([7], [1, 2, 3, 4, 5, 6, 7])]]);
    expect([...unpacked(state, all).keys()]).toEqual(['state/a/exp_avg', 'state/b/exp_avg']);
  });

  it('given in part are refused', () => {
    expect(() => packed(new Map([['a', float32Tensor([2, 2], [1, 2, 3, 4])]]), all)).toThrow('given in part');
  });
});
