/** `graft tune` on files: what it measures it keeps, and everything that trains goes by it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { tensorOf } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { benchStep } from '#electron/engine/bench.ts';
import { tuningFile } from '#electron/engine/paths.ts';
import { stopTuning, tune } from '#electron/engine/tune.ts';
import { machineOf } from '#electron/engine/tuning/tuner.ts';
import { makePictures, project, temporaryHome } from '#test/engine/support.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const home = temporaryHome();
afterAll(() => home.remove());
beforeEach(() => {
  process.env['GRAFT_HOME'] = temporaryFolder();
});

/** A convolution, a pooling and a matrix product. */
function files(): { path: string; casePath: string } {
  const folder = temporaryFolder();
  const builder = new GraphBuilder(17);
  const values = (count: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(index) / 3);
  builder.input('x', 'float32', ['N', 4, 8, 8]);
  builder.initializer('w', tensorOf('float32', [8, 4, 3, 3], values(288)));
  builder.initializer('v', tensorOf('float32', [8, 3], values(24)));
  const conv = builder.op('Conv', ['x', 'w'], { pads: [1, 1, 1, 1] });
  const pooled = builder.op('MaxPool', [conv], { kernel_shape: [2, 2], strides: [8, 8] });
  builder.output(builder.op('MatMul', [builder.reshape(pooled, [-1, 8]), 'v']), 'float32', [null, 3], 'y');
  const model = { graph: builder.build('small'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  const [path, casePath] = [join(folder, 'm.onnx'), join(folder, 'c.json')];
  writeFileSync(path, encodeModel(model));
  const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'sgd', lr: 0.1 }, trainable: 'all' };
  writeFileSync(casePath, JSON.stringify(training));
  return { path, casePath };
}

async function tuned(
  changes: Partial<EngineInput<'tune'>> = {},
  onProgress: (progress: TuningProgress) => void = () => undefined,
): Promise<EngineOutput<'tune'>> {
  return tune({ source: { kind: 'model', ...files(), batch: 3 }, device: 'cpu', again: false, ...changes }, onProgress);
}

const bench = (): ReturnType<typeof benchStep> => benchStep({ ...files(), batch: 3, steps: 1, device: 'cpu' });

describe('graft tune', () => {
  it('measures every place once, says how far it is, and keeps what it found', async () => {
    const heard: TuningProgress[] = [];
    const report = await tuned({}, (progress) => heard.push(progress));
    expect(report.places.map(({ operator, count }) => [operator, count])).toEqual([
      ['MaxPoolGradient', 1],
      ['ConvWeightGradient', 1],
    ]);
    expect(report.places[1]?.shape).toMatch(/^3×4×8×8 → 8×8×8, kernel 3×3, .*float32$/);
    // A busy machine leaves some for another time.
    expect(report.measured + report.disturbed).toBe(2);
    expect(heard.map(({ done, total }) => [done, total])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    expect([report.stopped, report.problems, report.file]).toEqual([false, [], tuningFile()]);
    const kept = report.places.filter(({ ms }) => ms !== undefined);
    expect(kept).toHaveLength(report.measured);
    for (const { ms, usual, chosen } of kept) {
      expect(Object.keys(ms ?? {})).toEqual(expect.arrayContaining([usual, chosen]));
      for (const time of Object.values(ms ?? {})) expect(time).toBeGreaterThan(0);
    }
    const again = await tuned();
    expect(again.measured + again.disturbed).toBeLessThanOrEqual(report.disturbed);
  });

  it('stops when it is told to, with what it has', async () => {
    const report = await tuned({}, ({ done }) => {
      if (done === 1) stopTuning();
    });
    expect(report.stopped).toBe(true);
    expect(report.measured + report.disturbed).toBe(1);
  });

  it('has nothing to measure where a head alone is trained', async () => {
    const data = join(temporaryFolder(), 'pictures');
    await makePictures(data, 4);
    const report = await tuned({ source: { kind: 'project', document: project(data), baseFolder: home.path } });
    expect([report.places, report.measured]).toEqual([[], 0]);
  });

  it('finds the places of a project that trains more', async () => {
    const data = join(temporaryFolder(), 'pictures');
    await makePictures(data, 4);
    const document = project(data, ['freeze.mode=until', 'freeze.stage=stage5', 'training.batchSize=4']);
    const report = await tuned({ source: { kind: 'project', document, baseFolder: home.path } }, ({ done }) => {
      if (done === 1) stopTuning();
    });
    expect(new Set(report.places.map(({ operator }) => operator))).toContain('ConvWeightGradient');
  });
});

describe('a benchmark', () => {
  it('says that nothing is measured, and writes everything as usual', async () => {
    expect((await bench()).tuning).toEqual({ places: 2, measured: 0, unusual: 0 });
  });

  it('goes by what is kept for this machine', async () => {
    const { table } = await machineOf('cpu');
    const { places } = await tuned({}, () => stopTuning());
    const [pool, conv] = places.map(({ operator, shape, usual }) => ({ name: `${operator}: ${shape}`, usual }));
    const other = pool?.usual === 'taps' ? 'scattered' : 'taps';
    table.keep(pool?.name ?? '', { choice: other, usual: pool?.usual ?? '', ms: {} });
    expect((await bench()).tuning).toEqual({ places: 2, measured: 1, unusual: 1 });
    table.keep(conv?.name ?? '', { choice: conv?.usual ?? '', usual: conv?.usual ?? '', ms: {} });
    expect((await bench()).tuning).toEqual({ places: 2, measured: 2, unusual: 1 });
  });

  it('is made all the same where what is kept is damaged, which tuning tells and mends', async () => {
    writeFileSync(tuningFile(), '{');
    expect((await bench()).tuning.measured).toBe(0);
    const { problems, measured } = await tuned();
    expect(problems.map(({ code }) => code)).toEqual(['cache.tuning-unreadable']);
    if (measured > 0) expect(() => JSON.parse(readFileSync(tuningFile(), 'utf8')) as unknown).not.toThrow();
  });
});
