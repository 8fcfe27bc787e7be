/** Sessions of training steps, and of whatever else takes its weights as inputs. */
import type * as ort from 'onnxruntime-node';
import { specialize } from '#shared/compiler/cpu/specialize.ts';
import type { Model } from '#shared/ir/graph.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession, type ConcreteDevice, type SessionOptions } from '#electron/engine/runtime/session.ts';

/**
 * On a processor the graph is rearranged for its kernels first.
 * @throws GraftError as `createSession`
 */
export async function createTrainingSession(
  model: Model,
  device: ConcreteDevice,
  options: SessionOptions = {},
): Promise<ort.InferenceSession> {
  if (device !== 'cpu') return createSession(model, device, options);
  return createSession(await specialize(model, oracle, await channelBlock()), device, options);
}
