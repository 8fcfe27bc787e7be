/** The gradient and the loss that a training step computes, in the form that a processor runs it in. */
import type * as ort from 'onnxruntime-node';
import type { CaseStep } from '#shared/compiler/case-step.ts';
import { specialize } from '#shared/compiler/cpu/specialize.ts';
import { float32Values } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import type { Reference } from '#test/engine/architectures/fixture.ts';
import { drawPictures, drawTarget, drawTokens } from '#test/engine/architectures/weights.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

export type Weights = ReadonlyMap<string, Float32Array>;

/** So large that what is left of the parameter in its next value is less than that value's rounding. */
const rate = 2 ** 20;

export class Descent {
  readonly weights: Weights;
  readonly #step: CaseStep;
  readonly #session: ort.InferenceSession;
  readonly #feeds: Record<string, ort.Tensor>;

  private constructor(step: CaseStep, session: ort.InferenceSession, reference: Reference) {
    this.#step = step;
    this.#session = session;
    this.weights = new Map([...step.parameters].map(([name, tensor]) => [name, float32Values(tensor)]));
    const { shape, rows, classes, vocabulary } = reference;
    this.#feeds = {
      input:
        vocabulary === null
          ? float32(drawPictures(shape), shape)
          : int64(BigInt64Array.from(drawTokens(shape, vocabulary), BigInt), shape),
      target: int64(BigInt64Array.from(drawTarget(rows, classes), BigInt), [rows]),
      lr: float32(Float32Array.of(rate), []),
      step: int64(BigInt64Array.of(1n), []),
    };
  }

  static async of(step: CaseStep, reference: Reference): Promise<Descent> {
    // One thread: test files run side by side.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 as const };
    const model = await specialize(step.model, oracle, await channelBlock());
    return new Descent(step, await InferenceSession.create(encodeModel(model), options), reference);
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** The loss at `weights`, and the gradient, which is (p − next p) ÷ lr. */
  async gradient(weights: Weights): Promise<{ loss: number; gradient: Weights }> {
    const results = await this.#run(weights);
    const gradient = new Map<string, Float32Array>();
    for (const [name, values] of weights) {
      const next = (results[`next/${name}`] as ort.Tensor).data as Float32Array;
      const slope = new Float32Array(values.length);
      for (let index = 0; index < slope.length; index++)
        slope[index] = ((values[index] as number) - (next[index] as number)) / rate;
      gradient.set(name, slope);
    }
    return { loss: lossOf(results), gradient };
  }

  async loss(weights: Weights): Promise<number> {
    return lossOf(await this.#run(weights, ['loss']));
  }

  #run(weights: Weights, outputs?: string[]): Promise<ort.InferenceSession.OnnxValueMapType> {
    const feeds = { ...this.#feeds };
    for (const [name, values] of weights) feeds[name] = float32(values, this.#step.parameters.get(name)?.shape ?? []);
    return outputs ? this.#session.run(feeds, outputs) : this.#session.run(feeds);
  }
}

function lossOf(results: ort.InferenceSession.OnnxValueMapType): number {
  return ((results['loss'] as ort.Tensor).data as Float32Array)[0] as number;
}

/** Sum of squares, and sum, in float64. */
export function norm(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value * value;
  return Math.sqrt(total);
}

export function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
