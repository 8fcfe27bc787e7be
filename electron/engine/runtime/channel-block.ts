/** How many channels this machine's processor takes at a time in the runtime's blocked layout. */
import type * as ort from 'onnxruntime-node';
import { blockedDomain } from '#shared/compiler/cpu/layout.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { denormalsAsZero } from '#electron/engine/runtime/session.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { InferenceSession, Tensor } from '#electron/engine/runtime/onnxruntime.ts';

/** More than any processor's block, and a multiple of each. */
const channels = 64;

let found: Promise<number | undefined> | undefined;

/** Undefined where the runtime has no blocked layout for this processor; asked once a process. */
export function channelBlock(): Promise<number | undefined> {
  found ??= look();
  return found;
}

/** Rearranges a picture of two pixels: the second pixel of the first channel comes behind the first block. */
async function look(): Promise<number | undefined> {
  const shape = [1, channels, 1, 2];
  const builder = new GraphBuilder(17);
  const rearranged = builder.op('ReorderInput', [builder.input('x', 'float32', shape)], {}, blockedDomain);
  builder.output(rearranged, 'float32', shape, 'y');
  const model = {
    graph: builder.build('probe'),
    opsets: { '': 17, [blockedDomain]: 1 },
    irVersion: onnxIrVersion,
    metadata: {},
  };
  try {
    const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 4, ...denormalsAsZero });
    const x = new Tensor(
      'float32',
      Float32Array.from({ length: 2 * channels }, (_, index) => index),
      shape,
    );
    const { y } = await session.run({ x });
    await session.release();
    const block = (y as ort.Tensor).data.indexOf(1 as never);
    return block > 1 ? block : undefined;
  } catch {
    return undefined;
  }
}
