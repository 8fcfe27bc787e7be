/**
 * The frozen part beside onnxruntime's own session on the file it came from: the same batch, the two taking turns in one
 * process. Ratios are onnxruntime ÷ Graft: above 1, Graft is faster.
 *
 *     npx node test/bench/prefix.ts [--backbone ID|FILE] [--batch N] [--rounds N]
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { builtInFile, isModelFile } from '#shared/nodes/backbone.ts';
import { usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { resourcesFolder } from '#electron/engine/paths.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { openPrefix } from '#electron/engine/training/prefix-batch.ts';
import { compileModel } from '#test/engine/compiler/support.ts';
import { median, rounded } from './surroundings.ts';

const { values } = parseArgs({
  options: {
    backbone: { type: 'string', default: usualBackbone },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '15' },
  },
});
const batch = Number(values.batch);
const { backbone } = values;
const path = isModelFile(backbone) ? resolve(backbone) : join(resourcesFolder(), builtInFile(backbone));
const { model } = readModel(path);
const [name, shape] = [model.graph.inputs[0]?.name ?? '', model.graph.inputs[0]?.shape ?? []];
const side = typeof shape[2] === 'number' && shape[2] > 0 ? shape[2] : 224;

const plan = await compileModel(model, { training: { batchSize: batch } }, [side, side]);
const ours = await openPrefix(plan, 'cpu', 0);
if (!ours || ours.batch !== batch) throw new Error(`the frozen part takes ${ours?.batch ?? 'no'} pictures at a time`);
const theirs = await InferenceSession.create(path);
const values01 = Float32Array.from({ length: batch * 3 * side * side }, (_, index) => (index * 0.618) % 1);
const input = float32(values01, [batch, 3, side, side]);
const sides = [
  { name: 'onnxruntime', run: () => theirs.run({ [name]: input }), taken: [] as number[] },
  { name: 'graft', run: () => ours.session.run({ input }), taken: [] as number[] },
];
for (let round = -1; round < Number(values.rounds); round++)
  for (const { run, taken } of round % 2 === 0 ? sides : sides.toReversed()) {
    const began = performance.now();
    await run();
    // The first run also sets a session up.
    if (round >= 0) taken.push(performance.now() - began);
  }
const [runtime, graft] = sides.map(({ taken }) => median(taken)) as [number, number];
process.stdout.write(
  `${JSON.stringify({ backbone, batch, onnxruntime: rounded(runtime), graft: rounded(graft), ratio: rounded(runtime / graft) })}\n`,
);
