/** What models of a thousand to fifty thousand nodes take to be read, described and compiled for training. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeModel } from '#shared/onnx/encode.ts';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { compileModel } from '#test/engine/compiler/support.ts';
import { largeModels } from '#test/support/large-models.ts';
import { rounded } from '../surroundings.ts';

const sizes = [1000, 10_000, 50_000];
/** What took longer than this is not measured at larger sizes, milliseconds. */
const patience = 20_000;

const works: Readonly<Record<string, (path: string) => unknown>> = {
  read: (path) => readModel(path),
  describe: (path) => describeBackbone(path, 'large'),
  compile: (path) => compileModel(readModel(path).model),
};

export async function measureModels(folder: string, say: (line: string) => void): Promise<object> {
  const path = join(folder, 'large.onnx');
  const measured: Record<string, Record<string, Record<string, number>>> = {};
  for (const [shape, make] of Object.entries(largeModels)) {
    const ofShape: Record<string, Record<string, number>> = {};
    measured[shape] = ofShape;
    for (const [name, work] of Object.entries(works)) {
      const times: Record<string, number> = {};
      ofShape[name] = times;
      for (const size of sizes) {
        writeFileSync(path, encodeModel(make(size)));
        const began = performance.now();
        try {
          await work(path);
        } catch (error) {
          say(`${shape} of ${size}, ${name}: ${String(error).slice(0, 160)}`);
          times[size] = -1;
          break;
        }
        times[size] = rounded(performance.now() - began);
        if (times[size] > patience) break;
      }
      say(`${shape}, ${name}, ms by nodes: ${JSON.stringify(times)}`);
    }
  }
  rmSync(path);
  return measured;
}
