/** Training steps against PyTorch: the same batches must give the same losses and end in the same parameters. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep } from '#shared/compiler/case-step.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { elementCount } from '#shared/core/shape.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { missingShared, sharedPath } from '#test/support/shared.ts';
import type * as ort from 'onnxruntime-node';

const cases = [
  'convnet',
  'depthwise',
  'unet',
  'vit',
  'bert',
  'gpt',
  'mlp-sgd',
  'mlp-momentum',
  'mlp-nesterov',
  'mlp-adam',
  'mlp-adamw',
  'mlp-amsgrad',
  'mlp-adamax',
  'mlp-nadam',
  'mlp-radam',
  'mlp-rmsprop',
  'mlp-adagrad',
  'mlp-adadelta',
  'mlp-class-weights',
  'lstm',
  'gru',
  'mlp-multilabel',
  'regression-mse',
  'regression-mae',
  'regression-huber',
];

interface Batch {
  readonly step: number;
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly offset: number;
}

interface Reference {
  readonly optimizer: { readonly lr: number };
  readonly losses: number[];
  readonly final_parameters: Record<string, { sum: number; l2: number }>;
  readonly batches: Batch[];
}

async function train(
  folder: string,
): Promise<{ reference: Reference; losses: number[]; parameters: Map<string, Float32Array> }> {
  const json: unknown = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8'));
  const reference = json as Reference;
  const bytes = readFileSync(`${folder}/batches.bin`);
  const model = decodeModel(readFileSync(`${folder}/model.onnx`));
  const first = reference.batches.find((batch) => batch.name === 'input') as Batch;
  const step = await buildCaseStep(model, parseCase(json), first.shape, oracle);
  const session = await createSession(step.model, 'cpu');
  let carried: Record<string, ort.Tensor> = {};
  for (const [name, tensor] of step.parameters) carried[name] = toRuntime(tensor);
  for (const [name, shape] of step.stateShapes) {
    carried[name] = float32(new Float32Array(elementCount(shape)).fill(step.state[name] as number), shape);
  }
  const tensorOf = (batch: Batch): ort.Tensor => {
    const buffer = Uint8Array.from(bytes.subarray(batch.offset)).buffer;
    const count = elementCount(batch.shape);
    return batch.dtype === 'int64'
      ? int64(new BigInt64Array(buffer, 0, count), batch.shape)
      : float32(new Float32Array(buffer, 0, count), batch.shape);
  };
  const losses: number[] = [];
  for (let index = 0; index < reference.losses.length; index++) {
    const batches = reference.batches.filter((batch) => batch.step === index);
    const results = await session.run({
      ...carried,
      input: tensorOf(batches.find((batch) => batch.name === 'input') as Batch),
      target: tensorOf(batches.find((batch) => batch.name === 'target') as Batch),
      lr: float32(Float32Array.of(reference.optimizer.lr), []),
      step: int64(BigInt64Array.of(BigInt(index + 1)), []),
    });
    losses.push((results['loss'] as ort.Tensor).data[0] as number);
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, results[`next/${name}`] as ort.Tensor]));
  }
  await session.release();
  const parameters = new Map(
    [...step.parameters.keys()].map((name) => [name, (carried[name] as ort.Tensor).data as Float32Array]),
  );
  return { reference, losses, parameters };
}

/**
 * Relative tolerance of a parameter's norm and sum. The bias of attention's keys adds the same to every score of a
 * softmax: its true gradient is 0, and what Adam makes steps of, each as long as the rate at most, is what rounding
 * leaves of it, in PyTorch as here.
 */
function toleranceOf(parameter: string, { optimizer, losses }: Reference): number {
  return parameter.endsWith('qkv.bias') ? optimizer.lr * losses.length : 1e-4;
}

describe('training steps agree with PyTorch', () => {
  const missing = missingShared('parity');
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it.each(cases)('%s', async (name) => {
    const { reference, losses, parameters } = await train(sharedPath(`parity/${name}`));
    expect(losses).toHaveLength(reference.losses.length);
    losses.forEach((loss, index) => {
      const expected = reference.losses[index] as number;
      expect(Math.abs(loss - expected) / Math.abs(expected), `loss of step ${index}`).toBeLessThan(1e-5);
    });
    expect([...parameters.keys()].toSorted()).toEqual(Object.keys(reference.final_parameters).toSorted());
    for (const [parameter, { sum, l2 }] of Object.entries(reference.final_parameters)) {
      const values = parameters.get(parameter) as Float32Array;
      const norm = Math.sqrt(values.reduce((total, value) => total + value * value, 0));
      const total = values.reduce((running, value) => running + value, 0);
      expect(Math.abs(norm - l2) / Math.max(l2, 1e-3), `norm of ${parameter}`).toBeLessThan(
        toleranceOf(parameter, reference),
      );
      // A sum cancels; its error is judged against what was summed.
      expect(Math.abs(total - sum) / Math.max(Math.abs(sum), l2), `sum of ${parameter}`).toBeLessThan(
        toleranceOf(parameter, reference),
      );
    }
  });
});
