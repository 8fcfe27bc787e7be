/** Sessions on a device. `session.run` blocks this process, so callers keep one run short. */
import type * as ort from 'onnxruntime-node';
import type { Model } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { Device } from '#shared/protocol/run.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

export type ConcreteDevice = Exclude<Device, 'auto'>;

export interface SessionOptions {
  /** Outputs that stay in the memory of a WebGPU device; all others come back to the processor. */
  readonly keepOnDevice?: readonly string[];
  /** Begins the name of a file that says what each kernel took, written when the session ends profiling. */
  readonly profile?: string;
}

/**
 * Numbers below the smallest normal one, which the averages of an optimizer run into, are a hundred times slower to add
 * than zeros. The first session of a process decides it for the main thread, each session for its own threads: all have
 * to say the same, or a result depends on which thread came to compute it.
 */
export const denormalsAsZero = {
  extra: { session: { set_denormal_as_zero: '1' } },
} as const satisfies ort.InferenceSession.SessionOptions;

/**
 * A planned layout of all intermediate values keeps memory for the whole of a training step, twice what an arena that
 * takes values as they come needs.
 */
const leanOptions = {
  enableMemPattern: false,
  ...denormalsAsZero,
} as const satisfies ort.InferenceSession.SessionOptions;

/** @throws GraftError `run.device-missing`, `run.session-failed`, `run.out-of-memory` */
export async function createSession(
  model: Model | Uint8Array | string,
  device: ConcreteDevice,
  options: SessionOptions = {},
): Promise<ort.InferenceSession> {
  const providers = device === 'cpu' ? ['cpu'] : [device, 'cpu'];
  const wanted = device === 'webgpu' ? (options.keepOnDevice ?? []) : [];
  const kept = Object.fromEntries(wanted.map((name) => [name, 'gpu-buffer' as const]));
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: providers,
    logSeverityLevel: 3,
    ...leanOptions,
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    ...(wanted.length > 0 ? { preferredOutputLocation: kept } : {}),
  };
  try {
    if (typeof model === 'string') return await InferenceSession.create(model, settings);
    return await InferenceSession.create(model instanceof Uint8Array ? model : encodeModel(model), settings);
  } catch (error) {
    throw sessionError(error, device);
  }
}

/** The catalogue error behind an onnxruntime exception, which it keeps as its cause. */
export function sessionError(error: unknown, device: ConcreteDevice = 'cpu'): GraftError {
  if (error instanceof GraftError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return Object.assign(catalogued(reason, device), { cause: error });
}

function catalogued(reason: string, device: ConcreteDevice): GraftError {
  if (/bad_alloc|out of memory|failed to allocate/i.test(reason))
    return new GraftError('run.out-of-memory', { reason });
  const missing = /backend not found|execution ?provider|adapter|not available|failed to load/i.test(reason);
  return device !== 'cpu' && missing
    ? new GraftError('run.device-missing', { device, reason })
    : new GraftError('run.session-failed', { reason });
}
