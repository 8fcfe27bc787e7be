import { describe, expect, it } from 'vitest';
import type { DropoutInput } from '#shared/compiler/head.ts';
import { batchPlaces, dropoutMasks, epochOrder } from '#electron/engine/training/batches.ts';

describe('an epoch', () => {
  it.each([
    [10, 4],
    [12, 4],
    [3, 8],
    [1, 1],
  ])('of %i samples in batches of %i has each sample once', (count, batch) => {
    const order = epochOrder(1, 1, count);
    const seen: number[] = [];
    for (let index = 0; index < Math.ceil(count / batch); index++) {
      const { positions, weights } = batchPlaces(order, index, batch);
      expect([positions.length, weights.length]).toEqual([batch, batch]);
      positions.forEach((position, place) => {
        expect(position).toBeLessThan(count);
        if (weights[place] === 1) seen.push(position);
      });
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('pads its last batch with what weighs nothing, and no other', () => {
    const order = epochOrder(1, 1, 10);
    expect([0, 1].map((index) => [...batchPlaces(order, index, 4).weights])).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    const { positions, weights } = batchPlaces(order, 2, 4);
    expect([...weights]).toEqual([1, 1, 0, 0]);
    expect(Array.from(positions.subarray(2))).toEqual([order[0], order[0]]);
  });

  it('has an order of its own, which the seed settles', () => {
    const orders = [1, 2, 3].map((epoch) => epochOrder(7, epoch, 50).join());
    expect(new Set(orders).size).toBe(3);
    expect(epochOrder(7, 2, 50).join()).toBe(orders[1]);
    expect(epochOrder(8, 2, 50).join()).not.toBe(orders[1]);
  });
});

describe('dropout', () => {
  const layers: DropoutInput[] = [
    { name: 'dropout/0', width: 33, rate: 0.3 },
    { name: 'dropout/1', width: 16, rate: 0.5 },
  ];
  const batch = 8;
  const whole = dropoutMasks(layers, batch, 1, 40, 5);

  it('drops the share it is told to, within three standard deviations, in each layer', () => {
    whole.forEach((mask, layer) => {
      const { width, rate } = layers[layer] as DropoutInput;
      expect(mask.length).toBe(40 * batch * width);
      const dropped = mask.filter((value) => value === 0).length;
      const deviation = Math.sqrt(mask.length * rate * (1 - rate));
      expect(Math.abs(dropped - rate * mask.length)).toBeLessThan(3 * deviation);
    });
  });

  it('scales what it keeps so that the mean stays', () => {
    whole.forEach((mask, layer) => {
      const kept = Math.fround(1 / (1 - (layers[layer] as DropoutInput).rate));
      expect(new Set(mask)).toEqual(new Set([0, kept]));
    });
  });

  it('is the same however the steps are split into runs', () => {
    for (const split of [1, 3, 17, 39]) {
      const first = dropoutMasks(layers, batch, 1, split, 5);
      const rest = dropoutMasks(layers, batch, 1 + split, 40 - split, 5);
      whole.forEach((mask, layer) => {
        expect([...(first[layer] as Float32Array), ...(rest[layer] as Float32Array)]).toEqual([...mask]);
      });
    }
  });

  it('differs from step to step, layer to layer, sample to sample, and by seed', () => {
    const rowOf = (mask: Float32Array | undefined, row: number): string =>
      [...(mask as Float32Array).subarray(row * 16, row * 16 + 16)].map((value) => (value === 0 ? 0 : 1)).join('');
    const alike: DropoutInput[] = Array.from({ length: 3 }, (_, index) => ({
      name: `dropout/${index}`,
      width: 16,
      rate: 0.5,
    }));
    const masks = dropoutMasks(alike, batch, 1, 20, 5);
    const rows = masks.flatMap((mask) => Array.from({ length: 20 * batch }, (_, row) => rowOf(mask, row)));
    // 480 draws of 16 bits: some two or three are alike by chance, but no pattern repeats.
    expect(new Set(rows).size).toBeGreaterThan(470);
    const other = dropoutMasks(alike, batch, 1, 20, 6);
    expect(rowOf(other[0], 0)).not.toBe(rows[0]);
  });

  it('draws neighbours independently of each other', () => {
    const [mask] = dropoutMasks([{ name: 'd', width: 2000, rate: 0.5 }], 1, 1, 10, 3) as [Float32Array];
    let pairs = 0;
    for (let index = 0; index < mask.length; index += 2) if (mask[index] === 0 && mask[index + 1] === 0) pairs++;
    const count = mask.length / 2;
    expect(Math.abs(pairs - count / 4)).toBeLessThan(3 * Math.sqrt((count * 3) / 16));
  });
});
