import { describe, expect, test } from 'vitest';
import { prefetch } from '#electron/engine/data/batches.ts';

/** Preparations that finish when told to, in any order. */
function controlled(): {
  prepare: (batch: number) => Promise<string>;
  started: number[];
  finish: (batch: number) => void;
} {
  const started: number[] = [];
  const finishers = new Map<number, () => void>();
  return {
    started,
    prepare: (batch) => {
      started.push(batch);
      return new Promise((resolve) => finishers.set(batch, () => resolve(`batch ${batch}`)));
    },
    finish: (batch) => finishers.get(batch)?.(),
  };
}

/** Lets everything that is ready to run do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('prefetching', () => {
  test('prepares no more than the wanted number ahead, and hands out in order', async () => {
    const { prepare, started, finish } = controlled();
    const batches = prefetch([1, 2, 3, 4, 5], prepare, 2);
    const first = batches.next();
    await settle();
    expect(started).toEqual([1, 2]);
    finish(2);
    finish(1);
    expect((await first).value).toMatchObject({ batch: 1, value: 'batch 1' });
    await settle();
    expect(started).toEqual([1, 2, 3]);
    expect((await batches.next()).value).toMatchObject({ batch: 2, value: 'batch 2' });
    await batches.return();
  });

  test('gives every batch of an asynchronous source', async () => {
    async function* source(): AsyncGenerator<number> {
      for (let batch = 0; batch < 7; batch++) yield batch;
    }
    const seen: number[] = [];
    for await (const { value } of prefetch(source(), async (batch) => batch * 10)) seen.push(value);
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  test('says how long the consumer waited', async () => {
    const { prepare, finish } = controlled();
    const batches = prefetch([1], prepare);
    const first = batches.next();
    await settle();
    const before = performance.now();
    await settle();
    const least = performance.now() - before;
    finish(1);
    const { value } = await first;
    expect(value?.waitedMilliseconds).toBeGreaterThanOrEqual(least);
  });

  test('fails when the turn of a failed batch comes, not before', async () => {
    const batches = prefetch([1, 2, 3], async (batch) => {
      if (batch === 2) throw new Error('batch 2 failed');
      return batch;
    });
    expect((await batches.next()).value).toMatchObject({ batch: 1 });
    await expect(batches.next()).rejects.toThrow('batch 2 failed');
    expect((await batches.next()).done).toBe(true);
  });

  test('ends the source when the consumer leaves early', async () => {
    let ended = false;
    function* source(): Generator<number> {
      try {
        for (let batch = 0; ; batch++) yield batch;
      } finally {
        ended = true;
      }
    }
    for await (const { batch } of prefetch(source(), async (one) => one)) if (batch === 3) break;
    expect(ended).toBe(true);
  });

  test('is over at once for an empty source', async () => {
    expect((await prefetch([], async (batch) => batch).next()).done).toBe(true);
  });
});
