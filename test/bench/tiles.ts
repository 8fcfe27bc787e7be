/**
 * Convolutions of 3 × 3 by themselves and as products of tiles, in turn in one process: forward and both gradients of one,
 * over the sizes of record 0039, with what the rule of `compiler/cpu/winograd.ts` takes; and, of model files, what a picture
 * takes when nothing is trained. Run by hand:
 *
 *     npx node test/bench/tiles.ts [--rounds N] [MODEL.onnx … --batch N]
 */
import { parseArgs } from 'node:util';
import type * as ort from 'onnxruntime-node';
import { fixShapes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import { withWinograd } from '#shared/compiler/cpu/winograd.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { median } from './surroundings.ts';

const opset = 17;
/** Pictures, channels of both sides, pixels of a side. */
const sizes: readonly (readonly [batch: number, channels: number, side: number])[] = [
  [32, 512, 7],
  [16, 512, 7],
  [8, 512, 7],
  [4, 512, 7],
  [2, 512, 7],
  [1, 512, 7],
  [32, 256, 14],
  [16, 256, 14],
  [8, 256, 14],
  [2, 256, 14],
  [1, 256, 14],
  [16, 128, 28],
  [4, 128, 28],
  [1, 128, 28],
  [16, 64, 56],
  [2, 64, 56],
];

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' }, batch: { type: 'string', default: '32' } },
});
const rounds = Number(options.rounds);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One convolution from x and w to y. */
function convolution(batch: number, channels: number, side: number): TypedModel {
  const builder = new GraphBuilder(opset);
  const pictures: TensorType = { dtype: 'float32', shape: [batch, channels, side, side] };
  const kernel: TensorType = { dtype: 'float32', shape: [channels, channels, 3, 3] };
  builder.input('x', 'float32', pictures.shape);
  builder.input('w', 'float32', kernel.shape);
  const y = builder.op('Conv', ['x', 'w'], { pads: [1, 1, 1, 1] });
  builder.outputs.push({ name: y, ...pictures });
  const types = new Map([
    ['x', pictures],
    ['w', kernel],
    [y, pictures],
  ]);
  const graph = { ...builder.build('convolution'), types };
  return { graph, opsets: { '': opset }, irVersion: onnxIrVersion, metadata: {} };
}

/** Sums of its output and of both gradients, so that next to nothing is handed over. */
function withGradients({ graph, ...model }: TypedModel, block: number | undefined): Model {
  const builder = new GraphBuilder(opset, graph, { channelBlock: block });
  const [y] = builder.outputs.splice(0);
  if (!y) throw new Error('there is no output');
  const seed = builder.input('seed', 'float32', y.shape);
  const gradients = appendGradient(builder, graph, new Map([[y.name, seed]]), ['x', 'w']);
  for (const value of [y.name, gradients.get('x'), gradients.get('w')])
    builder.output(builder.reduce('ReduceSum', value as string, [0, 2, 3], false), 'float32', [null]);
  return { ...model, graph: builder.build('step') };
}

function feedsOf({ graph }: Model): Record<string, ort.Tensor> {
  const wave = (shape: Shape): Float32Array =>
    Float32Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(0.37 * index));
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [name, float32(wave(shape as Shape), shape as Shape)]),
  );
}

/** Median milliseconds of a run of each, in turn, after one to warm up. */
async function inTurn(sessions: readonly ort.InferenceSession[], feeds: Record<string, ort.Tensor>): Promise<number[]> {
  const times = sessions.map((): number[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [index, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(feeds);
      if (round > 0) times[index]?.push(performance.now() - start);
    }
  for (const session of sessions) await session.release();
  return times.map(median);
}

function row(name: string, [direct, tiles]: readonly number[], end: string): void {
  const ratio = (direct as number) / (tiles as number);
  const figures = [direct?.toFixed(1), tiles?.toFixed(1), ratio.toFixed(2)].map((figure) => String(figure).padStart(8));
  say(`${name.padEnd(34)}${figures.join('')}  ${end}`);
}

say(`${'ms, forward and both gradients'.padEnd(34)}  direct   tiles   ratio  the rule takes`);
const block = await channelBlock();
for (const size of sizes) {
  const direct = convolution(...size);
  const models = [direct, withWinograd(direct, () => true)].map((model) => withGradients(model, block));
  const sessions = await Promise.all(models.map((model) => createTrainingSession(model, 'cpu')));
  const [batch, channels, side] = size;
  const times = await inTurn(sessions, feedsOf(models[0] as Model));
  row(`${batch} × ${channels}, ${side} × ${side}`, times, withWinograd(direct) === direct ? 'direct' : 'tiles');
}

if (files.length > 0) say('\nms a picture, nothing trained');
for (const file of files) {
  const batch = Number(options.batch);
  const { model } = readModel(file);
  const shapes = model.graph.inputs.map(({ name, shape }): [string, Shape] => [
    name,
    [batch, ...(shape.slice(1) as Shape)],
  ]);
  const direct = await fixShapes(model, new Map(shapes), [], oracle);
  const sessions = [
    await createSession(direct, 'cpu'),
    await createSession(withWinograd(foldNormalizations(direct)), 'cpu'),
  ];
  const times = await inTurn(sessions, feedsOf(direct));
  row(
    `${file.split('/').at(-1)}, ${batch} at a time`,
    times.map((time) => time / batch),
    '',
  );
}
