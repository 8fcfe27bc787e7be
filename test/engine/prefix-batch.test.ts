/** How many pictures the frozen part takes at a time, tried where a graphics card would be. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { enlarge, openPrefix, type PrefixSession } from '#electron/engine/training/prefix-batch.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { pool } from '#electron/engine/training/runs.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import type * as ort from 'onnxruntime-node';
import { makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
let plan: Plan;

beforeAll(async () => {
  await makePictures(data, 4);
  ({ plan } = await loadProject(project(data, ['training.batchSize=4']), home.path));
});
afterAll(async () => {
  await pool.close();
  home.remove();
});

const first = async (): Promise<PrefixSession> => ({
  batch: plan.prefixBatch,
  session: await createSession(plan.prefix as NonNullable<Plan['prefix']>, 'cpu'),
});

describe('the batch of the frozen part', () => {
  it('is the compiler’s on a processor, however many pictures there are', async () => {
    const opened = await openPrefix(plan, 'cpu', 1_000_000);
    expect(opened?.batch).toBe(4);
    await opened?.session.release();
  });

  it('stays where there are too few pictures for a trial', async () => {
    const tried = vi.spyOn(plan, 'prefixAt');
    const kept = await enlarge(await first(), plan, 'cpu', 32 * 2 * 4 - 1);
    expect(kept.batch).toBe(4);
    expect(tried).not.toHaveBeenCalled();
    tried.mockRestore();
    await kept.session.release();
  });

  it('doubles while that gains something, and no further than the memory goes', async () => {
    // A clock by which a run takes as long whatever its batch: twice the pictures are twice as fast.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    const bounded = { ...plan, prefixAt: async (pictures: number) => withBytes(pictures, pictures > 16 ? 2 ** 31 : 1) };
    const chosen = await enlarge(await first(), bounded, 'cpu', 1_000_000);
    clock.mockRestore();
    expect(chosen.batch).toBe(16);

    // Whatever the batch, a picture has the same features.
    const picture = [3, 64, 64];
    const pixels = Float32Array.from({ length: 4 * elementCount(picture) }, (_, index) => (index % 251) / 251);
    const part = new Float32Array(4 * pixels.length);
    part.set(pixels);
    const small = await first();
    const features = async ({ batch, session }: PrefixSession, values: Float32Array): Promise<Float32Array> => {
      const results = await session.run({ input: float32(values, [batch, ...picture]) });
      return (results[plan.cut.name] as ort.Tensor).data as Float32Array;
    };
    const expected = await features(small, pixels);
    const found = await features(chosen, part);
    const largest = Math.max(...expected.map(Math.abs));
    const differences = expected.map((value, index) => Math.abs(value - (found[index] as number)));
    expect(Math.max(...differences)).toBeLessThan(1e-5 * largest);
    await small.session.release();
    await chosen.session.release();
  });

  it('goes back to the one before where twice as many gain nothing, or are refused', async () => {
    let now = 0;
    // A clock by which every run takes twice as long as the one before.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now = 2 * now + 1));
    const slower = await enlarge(await first(), plan, 'cpu', 1_000_000);
    clock.mockRestore();
    expect(slower.batch).toBe(4);
    const broken = { ...plan, prefixAt: async () => ({ ...(await withBytes(8, 1)), model: { ...plan.step } }) };
    const refused = await enlarge(slower, broken, 'cpu', 1_000_000);
    expect(refused).toBe(slower);
    await refused.session.release();
  });
});

async function withBytes(pictures: number, bytes: number): Promise<NonNullable<Awaited<ReturnType<Plan['prefixAt']>>>> {
  const made = await plan.prefixAt(pictures);
  expect(made?.bytes).toBeGreaterThan(0);
  return { model: (made as NonNullable<typeof made>).model, bytes };
}
