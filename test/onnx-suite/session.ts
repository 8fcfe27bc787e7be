/** A session of the runtime that takes and gives plain numbers. */
import type * as ort from 'onnxruntime-node';
import type { Model } from '#shared/ir/graph.ts';
import type { Shape } from '#shared/core/shape.ts';
import { numbers, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

export interface Values {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly number[];
}

export class Session {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** @param plain without the runtime's rewriting, some of whose results have no kernel in double precision */
  static async open(model: Model, plain = false): Promise<Session> {
    return new Session(
      await InferenceSession.create(encodeModel(model), {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
        graphOptimizationLevel: plain ? 'disabled' : 'all',
      }),
    );
  }

  /** @param wanted names of numeric outputs */
  async run(feeds: ReadonlyMap<string, Tensor>, wanted: readonly string[]): Promise<Map<string, Values>> {
    const inputs = this.#session.inputNames.map((name) => [name, toRuntime(feeds.get(name) as Tensor)] as const);
    const results = await this.#session.run(Object.fromEntries(inputs), [...wanted]);
    return new Map(
      wanted.map((name) => {
        const tensor = fromRuntime(results[name] as ort.Tensor);
        return [name, { dtype: tensor.dtype, shape: tensor.shape, data: numbers(tensor) }];
      }),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
