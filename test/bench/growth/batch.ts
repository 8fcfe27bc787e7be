/** The step of a convolutional network and of a transformer by batch size: linear is the same time a sample throughout. */
import { join } from 'node:path';
import { exportModel, findPyTorch, graftSteps } from '../sides.ts';
import { rounded } from '../surroundings.ts';
import { workloads, writeCase, type Workload } from '../workloads.ts';

const models = ['resnet18', 'vit_tiny'];
const batches = [1, 2, 4, 8, 16, 32, 64];
/** Samples timed at each size at least, so that small batches are not judged by a moment. */
const samples = 32;
const fewestSteps = 4;

interface Figures {
  /** Median, and of the fastest step: whatever else the machine does makes no step faster. */
  readonly msPerStep: number;
  readonly msPerSample: number;
  readonly fastestMsPerSample: number;
  readonly peakRssMiB: number | null;
}

export async function measureBatch(folder: string, say: (line: string) => void): Promise<object> {
  const pytorch = await findPyTorch();
  if (typeof pytorch === 'string') throw new Error(`the models are PyTorch's: ${pytorch}`);
  const measured: Record<string, Record<string, Figures>> = {};
  for (const name of models) {
    const caseFile = writeCase(folder, workloads[name] as Workload);
    const ofModel: Record<string, Figures> = {};
    measured[name] = ofModel;
    for (const batch of batches) {
      const file = join(folder, 'model.onnx');
      await exportModel(name, batch, file);
      const steps = Math.max(fewestSteps, samples / batch);
      const { ms, peakRssMiB } = await graftSteps(file, { batch, caseFile, steps, device: 'cpu' });
      const figures = {
        msPerStep: rounded(ms.median),
        msPerSample: rounded(ms.median / batch),
        fastestMsPerSample: rounded(ms.min / batch),
        peakRssMiB: peakRssMiB === null ? null : Math.round(peakRssMiB),
      };
      ofModel[batch] = figures;
      say(`${name}, batch ${batch}: ${JSON.stringify(figures)}`);
    }
  }
  return measured;
}
