/** `graft grad` and `graft step` on files: what they write, and how a model that cannot be taken is refused. */
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model } from '#shared/ir/graph.ts';
import { float32Tensor, int64Tensor } from '#shared/ir/tensor.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import { writeGradient, writeStep } from '#electron/engine/graphs.ts';
import { writeModel } from '#electron/engine/model-file.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { InferenceSession, Tensor } from '#electron/engine/runtime/onnxruntime.ts';

const modelOf = (graph: Graph): Model => ({
  graph,
  opsets: { '': 17, 'com.microsoft': 1 },
  irVersion: 8,
  metadata: {},
});

/** y = OP(x·w), y integer where it is a NonZero. */
function project(op = 'Tanh', weight = 'w'): Model {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, 3]);
  builder.initializer('w', float32Tensor([3, 2], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]));
  builder.initializer('labels', int64Tensor([1], [3]));
  const product = builder.op('MatMul', ['x', weight]);
  builder.output(builder.op(op, [product]), op === 'ArgMax' ? 'int64' : 'float32', [null, null], 'y');
  return modelOf(builder.build('projection'));
}

/** Nodes [operator, input, output] between x and y, as they are listed. */
function drawn(nodes: readonly (readonly [op: string, input: string, output: string])[]): Model {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2]);
  for (const [op, input, output] of nodes)
    builder.append({ name: '', op, domain: '', inputs: [input], outputs: [output], attributes: {} });
  builder.output('y', 'float32', [2]);
  return modelOf(builder.build('drawn'));
}

function withDomain(domain: string): Model {
  const model = project();
  const nodes = model.graph.nodes.map((node) => (node.op === 'Tanh' ? { ...node, domain } : node));
  return { ...model, graph: { ...model.graph, nodes } };
}

function cutShort<Request extends { readonly path: string }>(request: Request): Request {
  const bytes = readFileSync(request.path);
  writeFileSync(request.path, bytes.subarray(0, bytes.length / 2));
  return request;
}

function setUp(model: Model, changes: Partial<EngineInput<'grad'>> = {}): EngineInput<'grad'> {
  const folder = temporaryFolder();
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeModel(model));
  return { path, of: 'y', wrt: ['w'], shapes: {}, file: join(folder, 'gradient.onnx'), ...changes };
}

/** The model of `project`, its weight in a file elsewhere. */
function withExternalWeight(location: string, shape: readonly number[] = [3, 2]): EngineInput<'grad'> {
  const request = setUp(project());
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, shape[0] as number]);
  // Only the length is written of weights that lie elsewhere.
  const data = { byteLength: elementCount(shape) * 4 } as Uint8Array;
  builder.initializer('w', { dtype: 'float32', shape, data });
  builder.output(builder.op('MatMul', ['x', 'w']), 'float32', [2, shape[1] as number], 'y');
  writeFileSync(request.path, encodeModel(modelOf(builder.build('g')), [], { location, weights: new Set(['w']) }));
  return request;
}

describe('graft grad', () => {
  it('writes a model that the runtime runs', async () => {
    const request = setUp(project());
    const written = await writeGradient(request);
    expect(written.bytes).toBe(readFileSync(request.file).byteLength);
    expect(written.inputs.map(({ name }) => name)).toEqual(['x', 'w', 'grad/y']);
    const session = await InferenceSession.create(request.file);
    expect(session.outputNames).toEqual(['y', 'grad/w']);
    await session.release();
  });

  it.each<[string, () => EngineInput<'grad'>, string, string]>([
    ['a missing initializer', () => setUp(project('Tanh', 'lost')), 'model.not-onnx', 'lost'],
    ['a wrong name', () => setUp(project(), { wrt: ['w', 'weight'] }), 'compile.unknown-tensor', 'weight'],
    ['a target of integers', () => setUp(project('ArgMax')), 'compile.not-trainable', 'int64'],
    ['a weight of integers', () => setUp(project(), { wrt: ['labels'] }), 'compile.not-trainable', 'int64'],
    ['a lost weight file', () => withExternalWeight('lost.data'), 'model.external-data-missing', 'lost.data'],
    ['a weight file outside', () => withExternalWeight('../secret.data'), 'model.external-data-outside', 'secret'],
    ['an absolute weight file', () => withExternalWeight('/etc/hostname'), 'model.external-data-outside', 'hostname'],
    [
      'a file that is no model',
      () => setUp(project(), { path: import.meta.filename }),
      'model.not-onnx',
      'graphs.test',
    ],
    ['a file that is not there', () => setUp(project(), { path: '/lost.onnx' }), 'model.file-missing', 'lost.onnx'],
    ['a folder', () => setUp(project(), { path: temporaryFolder() }), 'model.not-onnx', 'it is a folder'],
    ['half a file', () => cutShort(setUp(project())), 'model.not-onnx', 'its bytes are not a model'],
    ['an operator that nobody knows', () => setUp(project('Hope')), 'model.refused', 'Hope'],
    ['an operator of a domain of its own', () => setUp(withDomain('my.own')), 'model.refused', 'my.own'],
    [
      'an operator set of the future',
      () => setUp({ ...project(), opsets: { '': 99 } }),
      'model.opset-unsupported',
      '99',
    ],
    [
      'a value made twice',
      () =>
        setUp(
          drawn([
            ['Exp', 'x', 'y'],
            ['Tanh', 'x', 'y'],
          ]),
        ),
      'model.not-onnx',
      '“y”',
    ],
    [
      'a circle',
      () =>
        setUp(
          drawn([
            ['Exp', 'b', 'a'],
            ['Tanh', 'a', 'b'],
            ['Tanh', 'b', 'y'],
          ]),
        ),
      'model.not-onnx',
      '“b”',
    ],
    ['an output that nothing makes', () => setUp(drawn([['Exp', 'x', 'z']])), 'model.not-onnx', '“y”'],
    ['an empty graph', () => setUp(modelOf(new GraphBuilder(17).build('g'))), 'compile.unknown-tensor', '“y”'],
    ['a place it cannot write to', () => setUp(project(), { file: '/lost/out.onnx' }), 'document.unwritable', '/lost'],
  ])('says what is wrong with %s', async (_, request, code, culprit) => {
    await expect(writeGradient(request())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(culprit) as string,
    });
  });

  it('takes nodes of one name, and nodes in any order', async () => {
    const model = drawn([
      ['Tanh', 'z', 'y'],
      ['Exp', 'x', 'z'],
    ]);
    const nodes = model.graph.nodes.map((node) => ({ ...node, name: 'same' }));
    const request = setUp({ ...model, graph: { ...model.graph, nodes } }, { wrt: ['x'] });
    await writeGradient(request);
    const session = await InferenceSession.create(request.file);
    expect(session.outputNames).toEqual(['y', 'grad/x']);
    await session.release();
  });

  it('does not write over the model', async () => {
    const request = setUp(project());
    const before = readFileSync(request.path);
    for (const file of [request.path, join(request.path, '../../', basename(dirname(request.path)), 'model.onnx')])
      await expect(writeGradient({ ...request, file })).rejects.toMatchObject({ code: 'input.bad-argument' });
    expect(readFileSync(request.path)).toEqual(before);
  });

  it('takes a model larger than 2 GB', { timeout: 300_000 }, async () => {
    const shape = [24_000, 24_000];
    const request = withExternalWeight('large.data', shape);
    const folder = join(request.path, '..');
    const descriptor = openSync(join(folder, 'large.data'), 'w');
    // Zeros that take no room on the disk.
    ftruncateSync(descriptor, elementCount(shape) * 4);
    closeSync(descriptor);
    const { bytes, outputs } = await writeGradient(request);
    expect(bytes).toBeLessThan(10_000);
    expect(outputs.at(-1)).toEqual({ name: 'grad/w', dtype: 'float32', shape });
  });
});

describe('graft step', () => {
  const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'adam', lr: 0.1 }, trainable: 'all' };
  const open = (): { path: string; casePath: string; file: string } => {
    const model = project();
    const inputs = model.graph.inputs.map((input) => ({ ...input, shape: ['N', 3] }));
    const { path } = setUp({ ...model, graph: { ...model.graph, inputs } });
    return { path, casePath: join(path, '../case.json'), file: join(path, '../step.onnx') };
  };

  it('takes the batch that the case states', async () => {
    const request = open();
    writeFileSync(request.casePath, JSON.stringify({ ...training, input: { shape: [5, 3] } }));
    const { inputs } = await writeStep(request);
    expect(inputs.slice(0, 2)).toEqual([
      { name: 'input', dtype: 'float32', shape: [5, 3] },
      { name: 'target', dtype: 'int64', shape: [5] },
    ]);
    expect(JSON.parse(decodeModel(readFileSync(request.file)).metadata['graft.state'] ?? '')).toEqual({
      'state/w/exp_avg': 0,
      'state/w/exp_avg_sq': 0,
    });
  });

  it.each([
    ['sizes that nobody states', JSON.stringify(training), 'N, 3'],
    ['what is not JSON', '{', 'case.json'],
    [
      'a loss it does not know',
      JSON.stringify({ ...training, loss: { kind: 'hope' }, input: { shape: [5, 3] } }),
      'hope',
    ],
  ])('refuses %s', async (_, text, culprit) => {
    const request = open();
    writeFileSync(request.casePath, text);
    await expect(writeStep(request)).rejects.toMatchObject({
      code: 'compile.bad-case',
      message: expect.stringContaining(culprit) as string,
    });
  });

  it('does not write over the model or the case', async () => {
    const request = open();
    writeFileSync(request.casePath, JSON.stringify({ ...training, input: { shape: [5, 3] } }));
    for (const file of [request.path, request.casePath])
      await expect(writeStep({ ...request, file })).rejects.toMatchObject({ code: 'input.bad-argument' });
  });

  it.each([
    ['integers', project('ArgMax'), 'compile.not-trainable', 'int64'],
    ['no output', { ...project(), graph: { ...project().graph, outputs: [] } }, 'compile.bad-case', 'no output'],
    ['no input', modelOf(new GraphBuilder(17).build('g')), 'compile.bad-case', 'no input'],
  ])('refuses a model that gives or takes %s', async (_, model, code, culprit) => {
    const { path } = setUp(model);
    const casePath = join(path, '../case.json');
    writeFileSync(casePath, JSON.stringify(training));
    await expect(writeStep({ path, casePath, file: join(path, '../step.onnx') })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(culprit) as string,
    });
  });
});

describe('writing a model', () => {
  it('puts weights that are too many into a file beside it, which the runtime finds', async () => {
    const file = join(temporaryFolder(), 'model.onnx');
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [1, 300]);
    const weight = float32Tensor(
      [300, 1],
      Array.from({ length: 300 }, (_, index) => index),
    );
    builder.output(builder.op('MatMul', ['x', builder.initializer('w', weight)]), 'float32', [1, 1], 'y');
    builder.initializer('small', float32Tensor([1], [1]));
    const bytes = writeModel(file, modelOf(builder.build('g')), 1000);
    expect(statSync(`${file}.data`).size).toBe(1200);
    expect(statSync(file).size).toBe(bytes - 1200);
    const session = await InferenceSession.create(file);
    const ones = new Tensor('float32', new Float32Array(300).fill(1), [1, 300]);
    expect((await session.run({ x: ones }))['y']?.data[0]).toBe((299 * 300) / 2);
    await session.release();
  });
});
