/** Whole runs in this process, on generated pictures and the built-in backbone. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predict } from '#electron/engine/predict.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { control, evaluate, exportRun, pool, resume, train } from '#electron/engine/training/runs.ts';
import { float32Values } from '#shared/ir/tensor.ts';
import type { Device, RunEvent } from '#shared/protocol/run.ts';
import { answered, losses, Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
let runs = 0;

beforeAll(() => makePictures(data, 16));
afterAll(async () => {
  await pool.close();
  home.remove();
});

const short = ['training.epochs=4', 'training.batchSize=8', 'training.patience=0'];

async function run(
  settings: readonly string[],
  device: Device = 'cpu',
  onEvent?: (event: RunEvent) => void,
): Promise<Listener & { folder: string }> {
  const folder = join(home.path, 'runs', String(runs++));
  const listener = new Listener(onEvent);
  await train(
    { document: project(data, [...short, ...settings]), baseFolder: home.path, device, runFolder: folder },
    listener.hear,
  );
  await listener.over;
  return Object.assign(listener, { folder });
}

describe('a run', () => {
  it('gives the same losses for the same seed, from the cache the second time', async () => {
    const first = await run([]);
    const second = await run([]);
    expect(losses(first.events)).toHaveLength(20);
    expect(losses(second.events)).toEqual(losses(first.events));
    expect(first.find('plan')?.cached).toBe(false);
    expect(second.find('plan')?.cached).toBe(true);
    const other = await run(['training.seed=7']);
    expect(losses(other.events)).not.toEqual(losses(first.events));
  });

  it('says everything in order and leaves plain files', async () => {
    const listener = await run([]);
    const kinds = listener.events.map(({ event }) => event);
    expect(kinds[0]).toBe('plan');
    expect(kinds.at(-1)).toBe('done');
    expect(listener.all('epoch').map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    const done = listener.find('done');
    const accuracies = listener.all('epoch').map(({ validation }) => validation.accuracy);
    expect(done?.best.accuracy).toBe(Math.max(...accuracies));
    expect(readdirSync(listener.folder).toSorted()).toEqual([
      'checkpoints',
      'evaluation.json',
      'metrics.jsonl',
      'model.onnx',
      'project.graft',
      'run.json',
    ]);
    const recorded = new RunFolder(listener.folder).readEvents();
    expect(losses(recorded)).toEqual(losses(listener.events));
    expect(new RunFolder(listener.folder).readRecord().status).toBe('done');
  });

  it('learns what can be learned', async () => {
    const listener = await run(['training.epochs=20', 'optimizer.learningRate=0.01']);
    const epochs = listener.all('epoch');
    expect(epochs.at(-1)?.train.loss).toBeLessThan((epochs[0]?.train.loss ?? 0) / 2);
    expect(listener.find('done')?.best.accuracy).toBeGreaterThan(0.6);
  });

  it('in float16 says what that is worth on a processor, follows float32 and leaves a float32 model', async () => {
    const settings = ['freeze.mode=until', 'freeze.stage=stage5', 'training.epochs=2'];
    const exact = await run(settings);
    const mixed = await run([...settings, 'training.precision=float16']);
    expect(mixed.find('warning')).toMatchObject({ code: 'run.half-on-cpu', node: 'training' });
    expect(exact.find('warning')).toBeUndefined();
    expect(mixed.find('done')?.reason).toBe('epochs');
    expect(losses(mixed.events)).not.toEqual(losses(exact.events));
    losses(mixed.events).forEach((loss, step) =>
      expect(Math.abs(loss - (losses(exact.events)[step] as number)), `step ${step + 1}`).toBeLessThan(5e-3),
    );
    // The exported file is held against the trained model before a run is done.
    expect(existsSync(join(mixed.folder, 'model.onnx'))).toBe(true);
    const report = await exportRun(mixed.folder, join(home.path, 'mixed.onnx'));
    expect(report.passed).toBe(true);
  });

  it('trains the whole backbone, or a part of it, or with augmentation', async () => {
    const all = await run(['freeze.mode=none', 'training.epochs=1']);
    expect(all.find('plan')?.parameters.frozen).toBe(0);
    const part = await run(['freeze.mode=until', 'freeze.stage=stage5', 'training.epochs=1']);
    expect(part.find('plan')?.parameters).toEqual({ trainable: 74_112 + 384 * 3 + 3, frozen: 763_584 - 74_112 });
    // Whatever is frozen, the forward pass is the same before anything has been learned.
    expect(losses(part.events)[0]).toBeCloseTo(losses(all.events)[0] as number, 5);
    const live = await run(['augment.enabled=true', 'training.epochs=2']);
    expect(live.find('done')?.reason).toBe('epochs');
    const views = await run(['augment.enabled=true', 'augment.views=2', 'training.epochs=2']);
    expect(views.find('done')?.reason).toBe('epochs');
  });

  it('stops at the loss threshold, without progress, and when told', async () => {
    expect((await run(['training.lossThreshold=100'])).find('done')?.reason).toBe('loss-threshold');
    const patient = await run(['training.epochs=60', 'training.patience=2', 'optimizer.learningRate=0.2']);
    expect(patient.find('done')?.reason).toBe('early-stop');
    expect(patient.all('epoch').length).toBeLessThan(60);
    const stopped = await run(['training.epochs=500'], 'cpu', (event) => {
      if (event.event === 'epoch' && event.epoch === 3) control({ action: 'stop' });
    });
    expect(stopped.find('done')?.reason).toBe('stopped');
    expect(stopped.all('epoch').length).toBeLessThan(10);
  });

  it('waits while paused and takes a new learning rate', async () => {
    let paused = 0;
    const listener = await run(['training.epochs=6'], 'cpu', (event) => {
      if (event.event === 'epoch' && event.epoch === 2) {
        // Said twice, as after a return to a checkpoint, it is still the same rate.
        control({ action: 'learning-rate', factor: 0.1 });
        control({ action: 'learning-rate', factor: 0.1 });
        control({ action: 'pause' });
      }
      if (event.event === 'epoch' && event.epoch === 5) control({ action: 'learning-rate', factor: 1 });
      if (event.event === 'state' && event.state === 'paused') {
        paused++;
        setImmediate(() => control({ action: 'resume' }));
      }
    });
    const plain = await run(['training.epochs=6']);
    expect(paused).toBe(1);
    const rate = (events: readonly RunEvent[], step: number): number =>
      events.flatMap((event) => (event.event === 'step' && event.step === step ? [event.lr] : []))[0] as number;
    expect(rate(listener.events, 8)).toBe(rate(plain.events, 8));
    expect(rate(listener.events, 20) / rate(plain.events, 20)).toBeCloseTo(0.1, 5);
    expect(rate(listener.events, 28)).toBe(rate(plain.events, 28));
  });

  it('continues from a checkpoint as if nothing had happened', async () => {
    const whole = await run(['training.epochs=6']);
    const listener = await run(['training.epochs=6'], 'cpu', (event) => {
      if (event.event === 'step' && event.step === 13) throw new Error('pulled the plug');
    });
    expect(listener.find('error')?.message).toContain('pulled the plug');
    const rest = new Listener();
    await resume(listener.folder, rest.hear);
    await rest.over;
    const recorded = new RunFolder(listener.folder).readEvents();
    expect(losses(recorded)).toEqual(losses(whole.events));
    expect(rest.find('done')?.best).toEqual(whole.find('done')?.best);
  });

  it.each(['float32', 'float16'])(
    'continues likewise with averaged weights, accumulated gradients and a rate that goes by the losses, in %s',
    async (precision) => {
      const settings = [
        `training.precision=${precision}`,
        'training.epochs=6',
        'training.accumulation=2',
        'training.averaging=0.9',
        'optimizer.kind=radam',
        'schedule.kind=plateau',
        'schedule.plateauPatience=0',
        'loss.kind=focal',
      ];
      const whole = await run(settings);
      const listener = await run(settings, 'cpu', (event) => {
        if (event.event === 'step' && event.step === 13) throw new Error('pulled the plug');
      });
      const rest = new Listener();
      await resume(listener.folder, rest.hear);
      await rest.over;
      expect(losses(new RunFolder(listener.folder).readEvents())).toEqual(losses(whole.events));
      expect(rest.find('done')?.best).toEqual(whole.find('done')?.best);
      const report = await exportRun(whole.folder, join(home.path, 'averaged.onnx'));
      expect(report.passed).toBe(true);
    },
  );

  it('begins again when it was cut off before its first checkpoint', async () => {
    const listener = await run([], 'cpu', (event) => {
      if (event.event === 'step' && event.step === 1) throw new Error('pulled the plug');
    });
    const rest = new Listener();
    await resume(listener.folder, rest.hear);
    await rest.over;
    expect(losses(new RunFolder(listener.folder).readEvents())).toEqual(losses((await run([])).events));
  });

  const exploding = [
    'optimizer.kind=sgd',
    'optimizer.learningRate=10',
    'schedule.kind=constant',
    'training.epochs=400',
    'freeze.mode=none',
    'freeze.backboneRate=1',
  ];

  it('keeps the best model when the loss is no longer a number', async () => {
    const listener = await run(exploding);
    const error = listener.find('error');
    expect(error?.code).toBe('run.loss-not-finite');
    expect(error?.message).toMatch(/since step \d+/);
    expect(new RunFolder(listener.folder).readRecord().status).toBe('failed');
    const epochs = listener.all('epoch');
    expect(existsSync(join(listener.folder, 'model.onnx'))).toBe(epochs.length > 0);
  });

  it('leaves the best weights it had on disk, however long ago it was checkpointed', async () => {
    const listener = await run(
      ['training.epochs=400', 'schedule.kind=constant', 'optimizer.learningRate=0.0005'],
      'cpu',
      (event) => {
        if (event.event === 'epoch' && event.best && event.epoch > 1)
          control({ action: 'learning-rate', factor: 1e38 });
      },
    );
    expect(listener.find('error')?.code).toBe('run.loss-not-finite');
    const best = listener.all('epoch').findLast((epoch) => epoch.best);
    const { tensors, progress } = new RunFolder(listener.folder).readCheckpoint('best');
    expect(progress.best?.epoch).toBe(best?.epoch);
    expect([...tensors.values()].every((tensor) => float32Values(tensor).every(Number.isFinite))).toBe(true);
    expect((await evaluate(listener.folder)).accuracy).toBeCloseTo(best?.validation.accuracy as number, 10);
  });

  it('ends in float16 too when no smaller scale makes a number of the loss', async () => {
    const listener = await run([...exploding, 'training.precision=float16']);
    expect(listener.find('error')?.code).toBe('run.loss-not-finite');
    expect(losses(listener.events).every(Number.isFinite)).toBe(true);
  });
});

describe('taking away', () => {
  it('exports a file that gives the trained model’s answers, and predicts with it alone', async () => {
    const listener = await run(['training.epochs=8']);
    const file = join(home.path, 'taken', 'away.onnx');
    const report = await exportRun(listener.folder, file);
    expect(report.passed).toBe(true);
    expect(report.maxDifference).toBeLessThanOrEqual(1e-4);
    expect(report.samples).toBe(listener.find('plan')?.samples.validation);
    const evaluation = await evaluate(listener.folder);
    expect(evaluation.accuracy).toBe(listener.find('done')?.best.accuracy);
    const shown = evaluation.samples.slice(0, 4);
    const predictions = answered(
      await predict(
        file,
        shown.map(({ path }) => path),
      ),
    );
    predictions.forEach((prediction, index) => {
      expect(prediction.label).toBe(evaluation.classes[shown[index]?.predicted as number]);
      expect(prediction.probabilities[0]?.probability).toBeCloseTo(shown[index]?.confidence as number, 4);
    });
  });
});

describe('bad input', () => {
  it('skips and lists an unreadable picture among good ones', async () => {
    const folder = join(home.path, 'with-a-bad-one');
    await makePictures(folder, 10);
    writeFileSync(join(folder, 'class-1', 'broken.png'), 'not a picture');
    const runFolder = join(home.path, 'runs', 'bad');
    for (const expected of ['computed', 'from the cache']) {
      const listener = new Listener();
      await train(
        {
          document: project(folder, short),
          baseFolder: home.path,
          device: 'cpu',
          runFolder: `${runFolder}-${expected}`,
        },
        listener.hear,
      );
      await listener.over;
      const warning = listener.find('warning');
      expect(warning?.code, expected).toBe('data.image-unreadable');
      expect(warning?.message).toContain('broken.png');
      expect(listener.find('done'), expected).toBeDefined();
    }
  });

  it('throws a damaged cache away and computes it again', async () => {
    await run(['training.seed=11']);
    const cache = join(home.path, 'cache');
    for (const name of readdirSync(cache)) {
      const bytes = readFileSync(join(cache, name));
      bytes.writeUInt32LE(0xdeadbeef, bytes.length - 8);
      writeFileSync(join(cache, name), bytes);
    }
    const again = await run(['training.seed=11']);
    expect(again.find('warning')?.code).toBe('cache.damaged');
    expect(again.find('done')).toBeDefined();
  });

  it.each([
    ['a folder with one class', 'data.one-class', async (folder: string) => makePictures(folder, 8, 1)],
    ['an empty folder', 'data.folder-empty', async (folder: string) => void mkdirSync(folder, { recursive: true })],
    ['no folder', 'data.folder-missing', async () => undefined],
  ])('refuses %s, naming the node', async (_title, code, prepare) => {
    const folder = join(home.path, `refused-${code}`);
    await prepare(folder);
    const attempt = train(
      { document: project(folder), baseFolder: home.path, device: 'cpu', runFolder: join(home.path, 'never') },
      () => undefined,
    );
    await expect(attempt).rejects.toMatchObject({ code, node: 'data' });
    expect(existsSync(join(home.path, 'never'))).toBe(false);
  });

  it('refuses a device that is not there and a backbone that is no model', async () => {
    const start = (settings: readonly string[], device: Device): Promise<unknown> =>
      train(
        { document: project(data, settings), baseFolder: home.path, device, runFolder: join(home.path, 'never') },
        () => undefined,
      );
    await expect(start([], 'coreml')).rejects.toMatchObject({ code: 'run.device-missing' });
    const file = join(home.path, 'words.onnx');
    writeFileSync(file, 'these are words');
    await expect(start([`backbone.model=${file}`], 'cpu')).rejects.toMatchObject({
      code: 'model.not-onnx',
      node: 'backbone',
    });
  });
});
