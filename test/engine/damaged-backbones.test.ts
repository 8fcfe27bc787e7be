/** Backbones that are damaged or make no sense, given to the runtime as well: described or refused with a code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { GraftError } from '#shared/messages/error.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { temporaryHome } from '#test/engine/support.ts';
import { compileModel } from '#test/engine/compiler/support.ts';
import { backbone, randomTensor } from '#test/support/backbones.ts';

const home = temporaryHome();
afterAll(() => home.remove());

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/models/${name}.onnx`, import.meta.url))));
const files = [
  fixture('resnet18-17-plain'),
  fixture('mobilenet_v3_small-17-plain'),
  encodeModel(backbone({ branches: [2], ending: 'softmax' })),
  encodeModel(backbone({ ending: 'tokens' })),
];
/** Where the nodes of these files are described; what lies behind is weights. */
const structureBytes = 2500;

const bend = fc.record({ at: fc.nat(2 ** 20), copied: fc.boolean(), byte: fc.nat(255), from: fc.nat(2 ** 20) });

it('a damaged backbone is described or refused, and never ends the process', async () => {
  const path = join(home.path, 'damaged.onnx');
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), fc.array(bend, { minLength: 1, maxLength: 3 }), async (index, bends) => {
      const file = files[index] as Uint8Array;
      const bytes = Uint8Array.from(file);
      for (const { at, copied, byte, from } of bends)
        bytes[at % Math.min(structureBytes, file.length)] = copied ? (file[from % file.length] as number) : byte;
      writeFileSync(path, bytes);
      const outcome: unknown = await describeBackbone(path, 'own').catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(GraftError);
      else expect(outcome).toHaveProperty('stages');
    }),
    { numRuns: 150 },
  );
});

it('a constant that the runtime refuses to compute is refused with a code and what the runtime says', async () => {
  const builder = new GraphBuilder(17);
  const scales = builder.op('OneHot', [
    builder.constant('int64', [1], [0]),
    builder.constant('int64', [], [-3]),
    builder.constant('float32', [2], [0, 1]),
  ]);
  const weight = builder.initializer('weight', randomTensor([4, 3, 3, 3], 1));
  const convolved = builder.op('Conv', [builder.input('input', 'float32', ['N', 3, 8, 8]), weight]);
  const scaled = builder.op('Mul', [convolved, builder.reduce('ReduceSum', scales, [0, 1], false)]);
  builder.output(scaled, 'float32', ['N', 4, 6, 6]);
  const model = { graph: builder.build('one-hot'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  const refused: unknown = await compileModel(model).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(GraftError);
  expect(refused).toHaveProperty('message', 'The runtime refuses the model: Invalid dimension: -3.');
});
