/** What run.ts measures: models, batches and optimizers, and where a model comes from without PyTorch. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { filledTensor, float32Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { readFixture } from '#test/engine/architectures/fixture.ts';

export interface Workload {
  readonly batch: number;
  readonly optimizer: Readonly<Record<string, string | number>>;
  /** Timed ones of a round. */
  readonly steps: number;
  /** Number of tokens, for models of words. */
  readonly vocabulary?: number;
  /** The same architecture among test/fixtures/architectures, on a small input. */
  readonly fixture?: string;
}

const momentum = { kind: 'sgd', lr: 1e-3, momentum: 0.9 };
const adamw = { kind: 'adamw', lr: 1e-4 };

/** pytorch.py knows the models by these names. */
export const workloads: Readonly<Record<string, Workload>> = {
  head: { batch: 64, optimizer: { kind: 'adam', lr: 1e-3 }, steps: 300 },
  resnet18: { batch: 16, optimizer: momentum, steps: 5, fixture: 'resnet18-torchscript-17-bn' },
  mobilenet_v2: { batch: 16, optimizer: adamw, steps: 5, fixture: 'mobilenet_v2-torchscript-17-bn' },
  efficientnet_b0: { batch: 8, optimizer: adamw, steps: 4, fixture: 'efficientnet_b0-torchscript-17-bn' },
  resnet50: { batch: 8, optimizer: momentum, steps: 4, fixture: 'resnet50-torchscript-17' },
  vit_tiny: { batch: 8, optimizer: adamw, steps: 5 },
  bert_mini: { batch: 16, optimizer: adamw, steps: 6, vocabulary: 30522 },
};

/** A case file of a workload, in `folder`. */
export function writeCase(folder: string, { optimizer, vocabulary }: Workload): string {
  const file = join(folder, 'case.json');
  const input = vocabulary === undefined ? {} : { input: { high: vocabulary } };
  writeFileSync(file, JSON.stringify({ loss: { kind: 'cross_entropy' }, optimizer, trainable: 'all', ...input }));
  return file;
}

export interface Substitute {
  readonly file: string;
  readonly batch: number;
  /** What it is, where it is not the workload's own model. */
  readonly note: string;
}

/** A model that takes PyTorch's place, in `folder`; undefined where there is none. */
export function writeSubstitute(folder: string, name: string, { batch, fixture }: Workload): Substitute | undefined {
  const file = join(folder, 'model.onnx');
  if (name === 'head') {
    writeFileSync(file, encodeModel(head()));
    return { file, batch, note: '' };
  }
  if (fixture === undefined) return undefined;
  const { model, reference } = readFixture(fixture);
  writeFileSync(file, encodeModel(model));
  return { file, batch: reference.shape[0] as number, note: `fixture, input ${reference.shape.join('×')}` };
}

/** Ten logits of 1280 features. */
function head(): Model {
  const [features, classes] = [1280, 10];
  const builder = new GraphBuilder(17);
  builder.input('input', 'float32', ['N', features]);
  const weight = Float32Array.from(
    { length: features * classes },
    (_, index) => randomNormal(1, randomStreams.initialization, 0, index) / Math.sqrt(features),
  );
  builder.initializer('weight', float32Tensor([classes, features], weight));
  builder.initializer('bias', filledTensor([classes], 0));
  const logits = builder.op('Gemm', ['input', 'weight', 'bias'], { transB: 1 });
  builder.output(logits, 'float32', ['N', classes], 'output');
  return { graph: builder.build('head'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}
