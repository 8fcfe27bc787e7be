/**
 * Miniatures of the convolutional families, as PyTorch exports them: the step builds, is legal, and its gradients are
 * PyTorch's. How the models were made: test/fixtures/models/make.py.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { elementCount } from '#shared/core/shape.ts';
import { violations } from '#shared/ir/legality.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

const folder = fileURLToPath(new URL('../fixtures/models/', import.meta.url));

interface Reference {
  readonly side: number;
  readonly batch: number;
  readonly target: number[];
  readonly models: Record<
    string,
    { loss: number; gradients: Record<string, { sum: number; l2: number }>; folded_squared_norm: number }
  >;
}

const reference = JSON.parse(readFileSync(`${folder}reference.json`, 'utf8')) as Reference;
const shape = [reference.batch, 3, reference.side, reference.side];
const files = Object.keys(reference.models).flatMap((name) =>
  ['13-bn', '17-bn', '17-plain'].map((form) => ({ name, form })),
);

/** The pictures of make.py. */
function pictures(): ort.Tensor {
  const values = Float32Array.from(
    { length: elementCount(shape) },
    (_, index) => Math.sin(0.37 * index) + 0.5 * Math.cos(0.011 * index),
  );
  return float32(values, shape);
}

type Values = Record<string, ort.Tensor>;

/** One SGD step at rate 1: what it takes off a parameter is the gradient. */
async function stepper(step: CaseStep): Promise<{
  start: Values;
  run: (parameters: Values) => Promise<{ loss: number; gradients: Map<string, Float32Array> }>;
  release: () => Promise<void>;
}> {
  const session = await createSession(step.model, 'cpu');
  const start: Values = {};
  for (const [name, tensor] of step.parameters) start[name] = toRuntime(tensor);
  return {
    start,
    release: () => session.release(),
    async run(parameters) {
      const results = await session.run({
        ...parameters,
        input: pictures(),
        target: int64(BigInt64Array.from(reference.target, BigInt), [reference.batch]),
        lr: float32(Float32Array.of(1), []),
        step: int64(BigInt64Array.of(1n), []),
      });
      const data = (name: string): Float32Array => (results[name] as ort.Tensor).data as Float32Array;
      const gradients = new Map(
        Object.entries(parameters).map(([name, value]) => {
          const next = data(`next/${name}`);
          return [name, (value.data as Float32Array).map((before, index) => before - (next[index] as number))];
        }),
      );
      return { loss: data('loss')[0] as number, gradients };
    },
  };
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}

interface Outcome {
  readonly step: CaseStep;
  readonly start: Values;
  readonly loss: number;
  readonly gradients: Map<string, Float32Array>;
  readonly expected: Reference['models'][string];
}

async function gradientsOf({ name, form }: (typeof files)[number]): Promise<Outcome> {
  const model = decodeModel(readFileSync(`${folder}${name}-${form}.onnx`));
  const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'sgd', lr: 1 }, trainable: 'all' as const };
  const step = await buildCaseStep(model, training, shape, oracle);
  const { start, run, release } = await stepper(step);
  const result = await run(start);
  await release();
  return { step, start, ...result, expected: reference.models[name] as Reference['models'][string] };
}

describe('convolutional families as PyTorch exports them', () => {
  it.each(files)('$name, opset $form: the step is legal and its loss is PyTorch’s', async (file) => {
    const { step, loss, expected } = await gradientsOf(file);
    expect(violations(step.model)).toEqual([]);
    expect(Math.abs(loss - expected.loss) / expected.loss).toBeLessThan(1e-5);
  });

  it.each(files.filter(({ form }) => form.endsWith('bn')))(
    '$name, opset $form: every gradient is PyTorch’s',
    async (file) => {
      const { start, gradients, expected } = await gradientsOf(file);
      expect([...gradients.keys()].toSorted()).toEqual(Object.keys(expected.gradients).toSorted());
      for (const [parameter, { sum, l2 }] of Object.entries(expected.gradients)) {
        const values = gradients.get(parameter) as Float32Array;
        const total = values.reduce((running, value) => running + value, 0);
        // Differences of float32 parameters carry their rounding: relative to the parameter's own size.
        const noise = 1e-6 * norm((start[parameter] as ort.Tensor).data as Float32Array);
        expect(Math.abs(norm(values) - l2), `norm of ${parameter}`).toBeLessThan(1e-4 * l2 + noise);
        expect(Math.abs(total - sum), `sum of ${parameter}`).toBeLessThan(
          (1e-4 * l2 + noise) * Math.sqrt(values.length),
        );
      }
    },
  );

  // Folded models have parameters of their own; PyTorch's, folded likewise, must have gradients of the same length.
  it.each(files.filter(({ form }) => form.endsWith('plain')))(
    '$name, opset $form: the gradient is as long as PyTorch’s',
    async (file) => {
      const { gradients, expected } = await gradientsOf(file);
      const squared = [...gradients.values()].reduce((total, values) => total + norm(values) ** 2, 0);
      expect(Math.abs(squared - expected.folded_squared_norm) / squared).toBeLessThan(1e-4);
    },
  );

  it.each(files)('$name, opset $form: every stage is a place to cut', async ({ name, form }) => {
    const facts = await describeBackbone(`${folder}${name}-${form}.onnx`, name);
    expect(facts.stages.length).toBeGreaterThanOrEqual(4);
    expect(facts.stages[0]?.parametersBelow).toBe(0);
    for (const stage of facts.stages) {
      expect(stage.parametersBelow + stage.parametersAbove).toBe(facts.parameters);
      expect(stage.blockedBy).toBeUndefined();
    }
  });
});
