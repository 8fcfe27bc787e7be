/** What a run meets when the world changes under it: files that vanish, disks that refuse, data that is not the same. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import { cacheFolder } from '#electron/engine/paths.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { MissingSamples } from '#electron/engine/training/missing-samples.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { control, evaluate, exportRun, pool, resume, train } from '#electron/engine/training/runs.ts';
import { prepareSamples } from '#electron/engine/training/samples.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import type { Model } from '#shared/ir/graph.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
let made = 0;
/** A data folder of the test's own. */
let data = '';

beforeEach(async () => {
  data = join(home.path, `pictures-${made++}`);
  await makePictures(data, 6);
});
afterAll(async () => {
  await pool.close();
  home.remove();
});

const short = ['training.epochs=2', 'training.batchSize=8', 'training.patience=0', 'split.validation=0.4'];
const nano = join(import.meta.dirname, '../../resources/backbones/nano/nano.onnx');

async function run(
  settings: readonly string[] = [],
  onEvent?: (event: RunEvent) => void,
): Promise<Listener & { folder: string }> {
  const folder = join(home.path, 'runs', String(made++));
  const listener = new Listener(onEvent);
  const document = project(data, [...short, ...settings]);
  await train({ document, baseFolder: home.path, device: 'cpu', runFolder: folder }, listener.hear);
  await listener.over;
  return Object.assign(listener, { folder });
}

/** A run cut off in its second epoch. */
const cutOff = (settings: readonly string[] = []): Promise<Listener & { folder: string }> =>
  run(settings, (event) => {
    if (event.event === 'step' && event.epoch === 2) throw new Error('pulled the plug');
  });

describe('a run that cannot write', () => {
  it('still ends with a word, and leaves the engine ready for the next', async () => {
    const broken = await run([], (event) => {
      if (event.event === 'epoch') rmSync(join(home.path, 'runs'), { recursive: true, force: true });
    });
    expect(broken.events.at(-1)?.event).toBe('error');
    expect((await run()).find('done')?.reason).toBe('epochs');
  });

  it('leaves the old checkpoint and no half-written file, and says why', () => {
    const path = join(home.path, `run-${made++}`);
    const folder = new RunFolder(path);
    mkdirSync(join(path, 'run.json', 'in the way'), { recursive: true });
    expect(() => folder.writeRecord({} as never)).toThrow(expect.objectContaining({ code: 'document.unwritable' }));
    expect(readdirSync(path)).toEqual(['run.json']);
  });

  it('says so when the features cannot be kept', async () => {
    process.env['GRAFT_CACHE_LIMIT'] = '1';
    try {
      const listener = await run();
      expect(listener.all('warning').map(({ code }) => code)).toEqual(['cache.not-kept']);
      expect(listener.find('done')?.reason).toBe('epochs');
    } finally {
      delete process.env['GRAFT_CACHE_LIMIT'];
    }
  });

  it('keeps nothing in the cache where its limit is 0', async () => {
    process.env['GRAFT_CACHE_LIMIT'] = '0';
    try {
      await run(['data.limitPerClass=5']);
      const again = await run(['data.limitPerClass=5']);
      expect(again.find('plan')?.cached).toBe(false);
    } finally {
      delete process.env['GRAFT_CACHE_LIMIT'];
    }
  });
});

describe('a run told to stop before its first step', () => {
  it('has trained nothing, and begins anew when resumed', async () => {
    const listener = await run([], (event) => {
      if (event.event === 'cache' && event.done === event.total) control({ action: 'stop' });
    });
    expect(listener.find('error')?.code).toBe('run.nothing-trained');
    expect(listener.all('epoch')).toEqual([]);
    const rest = new Listener();
    await resume(listener.folder, rest.hear);
    await rest.over;
    expect(rest.find('done')?.reason).toBe('epochs');
  });
});

describe('a run whose data or backbone is no longer the same', () => {
  it('is not continued with other pictures', async () => {
    const listener = await cutOff();
    copyFileSync(join(data, 'class-0', '0.png'), join(data, 'class-0', 'another.png'));
    const heard = new Listener();
    await expect(resume(listener.folder, heard.hear)).rejects.toMatchObject({ code: 'run.data-changed' });
    expect(heard.events).toEqual([]);
  });

  it('is not continued, judged or exported with another backbone', async () => {
    const file = join(home.path, `backbone-${made++}.onnx`);
    copyFileSync(nano, file);
    const listener = await cutOff([`backbone.model=${file}`]);
    const model = decodeModel(readFileSync(nano));
    writeFileSync(file, encodeModel({ ...model, metadata: { ...model.metadata, changed: 'yes' } }));
    const changed = { code: 'model.hash-changed' };
    await expect(resume(listener.folder, () => undefined)).rejects.toMatchObject(changed);
    await expect(evaluate(listener.folder)).rejects.toMatchObject(changed);
    await expect(exportRun(listener.folder, join(home.path, 'x.onnx'))).rejects.toMatchObject(changed);
  });

  it('is not exported with the names of other classes', async () => {
    const listener = await run();
    renameSync(join(data, 'class-1'), join(data, 'class-9'));
    const file = join(home.path, 'renamed.onnx');
    await expect(exportRun(listener.folder, file)).rejects.toMatchObject({ code: 'run.data-changed' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('pictures that vanish while a run trains', () => {
  /** Pictures are decoded anew every epoch, some epochs of so few of them ahead. */
  const live = ['augment.enabled=true', 'augment.views=0', 'training.epochs=40'];
  const first = async (): Promise<string> => {
    const { samples } = await loadProject(project(data, short), home.path);
    return samples.find(({ split }) => split === 'train')?.path ?? '';
  };
  const losing =
    (paths: readonly string[]) =>
    (event: RunEvent): void => {
      if (event.event === 'epoch' && event.epoch === 1) for (const path of paths) rmSync(path, { force: true });
    };

  it('are named once and counted nowhere, as long as they are few enough', async () => {
    const lost = await first();
    const listener = await run([...live, 'training.maxMissing=0.1'], losing([lost]));
    expect(listener.events.at(-1)?.event).toBe('done');
    const warnings = listener.all('warning');
    expect(warnings.map(({ code, node }) => [code, node])).toEqual([['data.image-unreadable', 'data']]);
    expect(warnings[0]?.message).toContain(lost);
    const { train: trained } = listener.find('plan')?.samples ?? { train: 0 };
    // Accuracies are of the pictures that were there: so many twelfths, and in the end so many elevenths.
    const epochs = listener.all('epoch');
    for (const [epoch, there] of [
      [epochs[0], trained],
      [epochs.at(-1), trained - 1],
    ] as const) {
      const right = (epoch?.train.accuracy ?? Number.NaN) * there;
      expect(Math.abs(right - Math.round(right))).toBeLessThan(1e-6);
    }
  });

  it('end the run when they are more than the person allows, and the best model so far is kept', async () => {
    const lost = await first();
    const listener = await run(live, losing([lost]));
    expect(listener.events.at(-1)).toMatchObject({ event: 'error', code: 'run.data-vanished', node: 'training' });
    expect(listener.events.at(-1)).toMatchObject({ message: expect.stringContaining(lost) as string });
    expect(existsSync(join(listener.folder, 'model.onnx'))).toBe(true);
  });

  it('all at once end it in the same way, and no step was taken on nothing', async () => {
    const { samples } = await loadProject(project(data, short), home.path);
    const all = samples.filter(({ split }) => split === 'train').map(({ path }) => path);
    const settings = [...live, 'training.maxMissing=0.5', 'training.batchSize=1'];
    const listener = await run(settings, losing(all));
    expect(listener.events.at(-1)).toMatchObject({ event: 'error', code: 'run.data-vanished' });
    const steps = listener.all('step');
    // Some were decoded ahead of their disappearance.
    expect(steps.length).toBeLessThan(40 * all.length);
    for (const { loss } of steps) expect(loss).toBeGreaterThan(0);
  });
});

describe('the check of an exported model', () => {
  it('leaves out pictures that have vanished since they were trained on', async () => {
    const listener = await run([], (event) => {
      if (event.event === 'state' && event.state === 'evaluating') rmSync(join(data, 'class-0'), { recursive: true });
    });
    expect(listener.events.at(-1)).toMatchObject({ event: 'done' });
  });

  it('leaves no unfinished file behind', async () => {
    const listener = await run();
    const target = join(home.path, `taken-${made++}`);
    mkdirSync(join(target, 'model.onnx', 'in the way'), { recursive: true });
    await expect(exportRun(listener.folder, join(target, 'model.onnx'))).rejects.toMatchObject({
      code: 'document.unwritable',
    });
    expect(readdirSync(target)).toEqual(['model.onnx']);
  });
});

describe('a batch larger than the data', () => {
  it('asks no more of the frozen part than the pictures there are', async () => {
    const { plan } = await loadProject(project(data, ['training.batchSize=4096']), home.path);
    expect(plan.step.graph.inputs[0]?.shape).toEqual([4096, 384]);
    expect(plan.prefix?.graph.inputs[0]?.shape[0]).toBeLessThanOrEqual(32);
  });

  it('gives the rows, and so the losses, that small batches give', async () => {
    const settings = ['training.epochs=1', 'optimizer.kind=sgd'];
    const small = await run([...settings, 'training.batchSize=3', 'optimizer.learningRate=1e-7']);
    const large = await run([
      ...settings,
      'training.batchSize=50',
      'optimizer.learningRate=1e-7',
      'data.limitPerClass=6',
    ]);
    expect(large.all('step')).toHaveLength(1);
    expect(large.find('epoch')?.validation.loss).toBeCloseTo(small.find('epoch')?.validation.loss ?? 0, 5);
    const live = await run([...settings, 'training.batchSize=50', 'augment.enabled=true']);
    expect(live.find('done')?.reason).toBe('epochs');
  });
});

describe('a past run', () => {
  it('is read with a document of an older format', () => {
    const path = join(home.path, `old-${made++}`);
    mkdirSync(path, { recursive: true });
    const old = { format: 1, title: 'old', nodes: [], edges: [] };
    writeFileSync(join(path, 'project.graft'), JSON.stringify(old));
    expect(new RunFolder(path).readDocument().title).toBe('old');
  });
});

describe('samples', () => {
  it('are left out when only one of their variations could not be made', async () => {
    const loaded = await loadProject(project(data, ['augment.enabled=true', 'augment.views=2']), home.path);
    const first = loaded.samples.findIndex(({ split }) => split === 'train');
    const flaky = {
      decode: async (...request: Parameters<DecodePool['decode']>) => {
        const decoded = await pool.decode(...request);
        const hit = request[1].augment?.counter === 2 ? request[0].indexOf(loaded.samples[first]?.path ?? '') : -1;
        return hit < 0 ? decoded : { ...decoded, failures: [{ index: hit, reason: 'the disk was asleep.' }] };
      },
    } as unknown as DecodePool;
    const prepared = await prepareSamples({
      project: loaded,
      run: '',
      device: 'cpu',
      pool: flaky,
      cache: new FeatureCache(cacheFolder(), 0),
      emit: () => undefined,
      interrupted: () => Promise.resolve(false),
      missing: new MissingSamples({
        total: 1,
        allowed: 1,
        nodes: { data: 'data', training: 'training' },
        emit: () => undefined,
      }),
    });
    expect(prepared?.training.map(({ path }) => path)).not.toContain(loaded.samples[first]?.path);
    expect(prepared?.training).toHaveLength(loaded.facts.train - 1);
  });
});

describe('a backbone file', () => {
  const saved = (model: Model): string => {
    const file = join(home.path, `backbone-${made++}.onnx`);
    writeFileSync(file, encodeModel(model));
    return file;
  };

  it('may keep its weights in Constant nodes', async () => {
    const model = decodeModel(readFileSync(nano));
    const nodes = [...model.graph.initializers].map(([name, value]) => ({
      name: '',
      op: 'Constant',
      domain: '',
      inputs: [],
      outputs: [name],
      attributes: { value: { type: 'tensor' as const, value } },
    }));
    const constants = { ...model.graph, nodes: [...nodes, ...model.graph.nodes], initializers: new Map() };
    const usual = await run(['freeze.mode=none', 'training.epochs=1']);
    const file = saved({ ...model, graph: constants });
    const unusual = await run(['freeze.mode=none', 'training.epochs=1', `backbone.model=${file}`]);
    expect(unusual.find('plan')?.parameters).toEqual(usual.find('plan')?.parameters);
    expect(unusual.find('done')?.reason).toBe('epochs');
    expect((await describeBackbone(file, file)).parameters).toBe((await describeBackbone(nano, 'nano')).parameters);
  });

  it('may call its values what the loop calls its own', async () => {
    const model = decodeModel(readFileSync(nano));
    const inner = model.graph.nodes.slice(2, 4).map(({ outputs }) => outputs[0] as string);
    const names = new Map(inner.map((name, index) => [name, ['iteration', 'condition'][index] as string]));
    const file = saved({ ...model, graph: rename(model.graph, names) });
    const listener = await run(['freeze.mode=none', 'training.epochs=1', `backbone.model=${file}`]);
    expect(listener.find('done')?.reason).toBe('epochs');
  });

  it('is described though the card beside it is not one of ours', async () => {
    const folder = join(home.path, `models-${made++}`);
    mkdirSync(folder);
    copyFileSync(nano, join(folder, 'nano.onnx'));
    for (const card of ['{', '[]', 'null', '{"title": 3}']) {
      writeFileSync(join(folder, 'card.json'), card);
      expect((await describeBackbone(join(folder, 'nano.onnx'), 'mine')).title).toBe('nano');
    }
  });
});
