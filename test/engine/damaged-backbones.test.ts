/** Backbone files with some bytes changed, given to the runtime as well: described or refused with a code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { GraftError } from '#shared/messages/error.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { temporaryHome } from '#test/engine/support.ts';
import { backbone } from '#test/support/backbones.ts';

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
