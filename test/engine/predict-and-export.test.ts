/** Taking a model away and using it: what is checked, and what is refused. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { Graph } from '#shared/ir/graph.ts';
import { float32Values } from '#shared/ir/tensor.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { exportModel, type ExportRequest } from '#electron/engine/export.ts';
import { predict } from '#electron/engine/predict.ts';
import { chooseDevice, listDevices } from '#electron/engine/runtime/devices.ts';
import { loadHeldOut } from '#electron/engine/training/held-out.ts';
import { pool, train } from '#electron/engine/training/runs.ts';
import { devices, type Device, type PredictionOutcome } from '#shared/protocol/run.ts';
import { answered, Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

/** Largest |Δlogit| that is promised. */
const allowedDifference = 1e-4;
const home = temporaryHome();
const data = join(home.path, 'pictures');
const run = join(home.path, 'run');
const picture = join(data, 'class-0', '0.png');
const taken = join(home.path, 'taken');
let request: ExportRequest;
let model: string;

beforeAll(async () => {
  await makePictures(data, 6);
  mkdirSync(taken);
  const listener = new Listener();
  const document = project(data, ['training.epochs=2', 'training.batchSize=8', 'split.validation=0.4']);
  await train({ document, baseFolder: home.path, device: 'cpu', runFolder: run }, listener.hear);
  await listener.over;
  model = join(run, 'model.onnx');
  request = { ...(await loadHeldOut(run, 'split', pool)), run, file: join(taken, 'm.onnx'), pool };
});
afterAll(async () => {
  await pool.close();
  home.remove();
});

/** Copies of the parameters, the bias of the first logit changed. */
function corrupted(by: (value: number) => number): ReadonlyMap<string, Tensor> {
  const copies = [...request.parameters].map(([name, tensor]): [string, Tensor] => [
    name,
    { ...tensor, data: Uint8Array.from(tensor.data) },
  ]);
  const last = copies
    .map(([name]) => name)
    .filter((name) => name.endsWith('/bias'))
    .toSorted()
    .at(-1);
  const bias = copies.find(([name]) => name === last)?.[1] as Tensor;
  const values = float32Values(bias);
  values[0] = by(values[0] as number);
  return new Map(copies);
}

describe('an export', () => {
  it('is kept when it gives the trained model’s answers', async () => {
    const file = join(taken, 'kept.onnx');
    const report = await exportModel({ ...request, file });
    expect(report).toMatchObject({ model: file, samples: request.samples.length, passed: true });
    expect(report.maxDifference).toBeLessThanOrEqual(allowedDifference);
    expect(report.bytes).toBe(readFileSync(file).byteLength);
    const { graph, metadata } = decodeModel(readFileSync(file));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['logits', 'probabilities']);
    expect(metadata).toMatchObject({ 'graft.task': 'image-classification', 'graft.run': 'run' });
  });

  it.each<[string, (value: number) => number]>([
    ['is off by a little more than allowed', (value) => value + 2 * allowedDifference],
    ['is not a number', () => Number.NaN],
  ])('that %s is refused, and no file is left', async (_title, by) => {
    const attempt = exportModel({ ...request, parameters: corrupted(by) });
    await expect(attempt).rejects.toMatchObject({ code: 'export.parity-failed' });
    expect(readdirSync(taken)).not.toContain('m.onnx');
    expect(readdirSync(taken)).not.toContain('m.onnx.part');
  });

  it('that differs is kept when it is wanted all the same, and says by how much', async () => {
    const file = join(taken, 'unequal.onnx');
    const parameters = corrupted((value) => value + 2 * allowedDifference);
    const report = await exportModel({ ...request, file, parameters, unequal: true });
    expect(report).toMatchObject({ model: file, passed: false });
    expect(report.maxDifference).toBeGreaterThan(allowedDifference);
    expect(readdirSync(taken)).toContain('unequal.onnx');
  });

  it('that cannot run is refused, and no file is left', async () => {
    const parameters = new Map(
      [...request.parameters].map(([name, tensor]) => [name, { ...tensor, shape: [1, 1, 1] }]),
    );
    await expect(exportModel({ ...request, parameters })).rejects.toMatchObject({ code: 'run.session-failed' });
    expect(readdirSync(taken).filter((name) => name.startsWith('m.onnx'))).toEqual([]);
  });

  it('leaves an older file as it was when it is refused', async () => {
    const file = join(taken, 'older.onnx');
    writeFileSync(file, 'older');
    await expect(exportModel({ ...request, file, parameters: corrupted(() => 9) })).rejects.toBeDefined();
    expect(readFileSync(file, 'utf8')).toBe('older');
  });
});

describe('predictions', () => {
  it('are chances of every class, the likeliest first, for files and for pictures in the message', async () => {
    const url = `data:image/png;base64,${readFileSync(picture).toString('base64')}`;
    const [fromFile, fromUrl] = answered(await predict(model, [picture, url]));
    expect(fromFile?.input).toBe(picture);
    expect(fromFile?.probabilities.map(({ label }) => label).toSorted()).toEqual(['class-0', 'class-1', 'class-2']);
    const chances = fromFile?.probabilities.map(({ probability }) => probability) ?? [];
    expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 5);
    expect(fromFile?.label).toBe(fromFile?.probabilities[0]?.label);
    expect({ ...fromUrl, milliseconds: 0 }).toEqual({ ...fromFile, input: '', milliseconds: 0 });
  });

  it('of nothing are none', async () => {
    expect(await predict(model, [])).toEqual([]);
  });

  /** The exported model with its metadata changed; undefined takes an entry out. */
  const withMetadata = (changes: Readonly<Record<string, string | undefined>>): string => {
    const file = join(taken, 'changed.onnx');
    const exported = decodeModel(readFileSync(model));
    const metadata = Object.entries({ ...exported.metadata, ...changes }).filter(([, value]) => value !== undefined);
    writeFileSync(file, encodeModel({ ...exported, metadata: Object.fromEntries(metadata) as Record<string, string> }));
    return file;
  };

  it.each([
    ['without labels', { 'graft.labels': undefined }],
    ['without preprocessing', { 'graft.preprocess': undefined }],
  ])('of a model %s are refused', async (_title, changes) => {
    await expect(predict(withMetadata(changes), [picture])).rejects.toMatchObject({ code: 'predict.not-graft' });
  });

  it.each([
    ['predict.newer', 'of a version to come', { 'graft.version': '99' }],
    ['predict.unusable', 'for another task', { 'graft.task': 'detection' }],
    ['predict.unusable', 'with labels that are none', { 'graft.labels': '{"a":1}' }],
    ['predict.unusable', 'with preprocessing that is not JSON', { 'graft.preprocess': 'crop' }],
    ['predict.unusable', 'with a size in words', { 'graft.preprocess': '{"size":"large","resize":"crop"}' }],
    ['predict.unusable', 'with a size of nothing', { 'graft.preprocess': '{"size":[0,64],"resize":"crop"}' }],
    ['predict.unusable', 'with half a pixel', { 'graft.preprocess': '{"size":[64,64.5],"resize":"crop"}' }],
    ['predict.unusable', 'with more labels than it tells apart', { 'graft.labels': '["a","b","c","d"]' }],
    ['predict.unusable', 'of another size', { 'graft.preprocess': '{"size":[65,64],"resize":"crop"}' }],
  ])('are refused by %s of a model %s', async (code, _title, changes) => {
    await expect(predict(withMetadata(changes), [picture])).rejects.toMatchObject({ code });
  });

  it('of a model of the first version, which said less of how pictures are prepared, are the same', async () => {
    const { size } = JSON.parse(decodeModel(readFileSync(model)).metadata['graft.preprocess'] as string) as {
      size: number[];
    };
    const first = { size, resize: 'stretch', crop: 'none', color: 'rgb', range: [0, 1], normalization: 'inside' };
    const older = withMetadata({ 'graft.preprocess': JSON.stringify(first), 'graft.version': undefined });
    const [expected, found] = answered([...(await predict(model, [picture])), ...(await predict(older, [picture]))]);
    expect(found).toEqual({ ...expected, milliseconds: found?.milliseconds });
  });

  /** The exported model, its graph changed. */
  const withGraph = (change: (graph: Graph) => Partial<Graph>, size: number): string => {
    const file = withMetadata({ 'graft.preprocess': `{"size":[${size},${size}],"resize":"crop"}` });
    const { graph, ...rest } = decodeModel(readFileSync(file));
    writeFileSync(file, encodeModel({ ...rest, graph: { ...graph, ...change(graph) } }));
    return file;
  };

  it.each([20_000, 1e9])('of a model that says any size will do, and asks for %i, are refused', async (size) => {
    const anySize = ({ inputs }: Graph): Partial<Graph> => ({
      inputs: inputs.map((input) => ({ ...input, shape: ['N', 3, 'H', 'W'] })),
    });
    await expect(predict(withGraph(anySize, size), [picture])).rejects.toMatchObject({ code: 'run.out-of-memory' });
  });

  it('of a model that takes something else are refused', async () => {
    const renamed = withGraph(
      ({ inputs, nodes }) => ({
        inputs: inputs.map((input) => ({ ...input, name: 'other' })),
        nodes: nodes.map((node) => ({
          ...node,
          inputs: node.inputs.map((name) => (name === 'input' ? 'other' : name)),
        })),
      }),
      64,
    );
    await expect(predict(renamed, [picture])).rejects.toMatchObject({ code: 'predict.unusable' });
  });

  it('of a model that gives no chances are refused', async () => {
    const { size } = JSON.parse(decodeModel(readFileSync(model)).metadata['graft.preprocess'] as string) as {
      size: number[];
    };
    const file = withGraph(
      ({ outputs }) => ({ outputs: outputs.filter(({ name }) => name !== 'probabilities') }),
      size[0] as number,
    );
    await expect(predict(file, [picture])).rejects.toMatchObject({
      code: 'predict.unusable',
      message: expect.stringContaining('gives “logits” and no “probabilities”') as string,
    });
  });

  it('of what is no model, or not there, are refused', async () => {
    const backbone = join(import.meta.dirname, '../fixtures/models/resnet18-17-bn.onnx');
    await expect(predict(backbone, [picture])).rejects.toMatchObject({ code: 'predict.not-graft' });
    await expect(predict(picture, [picture])).rejects.toMatchObject({ code: 'model.not-onnx' });
    await expect(predict(join(taken, 'nowhere.onnx'), [picture])).rejects.toMatchObject({ code: 'model.file-missing' });
    expect(existsSync(join(taken, 'nowhere.onnx'))).toBe(false);
  });

  it.each([
    ['that is missing', () => join(data, 'nowhere.png')],
    ['that is no picture', () => model],
    ['that is a folder', () => data],
    ['in a message that is no picture', () => 'data:image/png;base64,AAAA'],
  ])('for a picture %s are refused, and no others with it', async (_title, bad) => {
    const [before, refused, after] = await predict(model, [picture, bad(), picture]);
    const input = bad().startsWith('data:') ? '' : bad();
    expect(refused).toEqual({
      input,
      problem: {
        code: 'predict.bad-input',
        message: expect.any(String) as string,
        remedy: expect.any(String) as string,
      },
    });
    const [first, second] = answered([before, after] as PredictionOutcome[]);
    expect(second).toEqual({ ...first, milliseconds: second?.milliseconds });
  });
});

describe('devices', () => {
  it('are all named, the processor among them and usable, and one is preferred', async () => {
    const listed = await listDevices();
    expect(listed.map(({ device }) => device)).toEqual(devices.filter((device) => device !== 'auto'));
    expect(listed.find(({ device }) => device === 'cpu')).toMatchObject({ available: true });
    expect(listed.filter(({ preferred }) => preferred)).toHaveLength(1);
    for (const { available, reason } of listed) expect(available).toBe(reason === undefined);
    expect(await chooseDevice('auto')).toBe(listed.find(({ preferred }) => preferred)?.device);
    expect(await chooseDevice('cpu')).toBe('cpu');
  });

  // Apple's and Microsoft's providers are never in one build.
  const foreign: Device = process.platform === 'darwin' ? 'dml' : 'coreml';
  it('that this machine does not have are refused by name', async () => {
    await expect(chooseDevice(foreign)).rejects.toMatchObject({
      code: 'run.device-missing',
      message: expect.stringContaining(foreign) as string,
    });
  });
});
