/**
 * Run as a process of its own: tries one device on convolutions, with `float16` behind it in half precision, and prints
 * how long they took, as JSON. A driver that aborts takes only this process with it.
 */
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { createSession, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';

/**
 * As much as a small network takes of a few pictures, of very little that goes to the device and comes back: the way
 * there takes as long for work that is worth it as for work that is not.
 */
const [channels, side, pictures, layers] = [64, 56, 4, 4];
const patienceMilliseconds = 2000;

async function probe(device: ConcreteDevice, precision: 'float32' | 'float16'): Promise<number> {
  const builder = new GraphBuilder(17);
  const rows = builder.input('rows', 'float32', [pictures, 1, side, 1]);
  const planes = builder.op('Mul', [rows, builder.input('columns', 'float32', [1, channels, 1, side])]);
  const kernel = builder.input('kernel', 'float32', [channels, channels, 3, 3]);
  const isHalf = precision === 'float16';
  const weight = isHalf ? builder.cast(kernel, precision) : kernel;
  let value = isHalf ? builder.cast(planes, precision) : planes;
  for (let layer = 0; layer < layers; layer++) value = builder.op('Conv', [value, weight], { pads: [1, 1, 1, 1] });
  const mean = builder.reduce('ReduceMean', isHalf ? builder.cast(value, 'float32') : value, [1, 2, 3], false);
  builder.output(mean, 'float32', [pictures], 'means');
  const session = await createSession(
    { graph: builder.build('probe'), opsets: { '': 17 }, irVersion: 8, metadata: {} },
    device,
  );
  const filled = (shape: readonly number[], number: number): ReturnType<typeof float32> =>
    float32(new Float32Array(elementCount(shape)).fill(number), shape);
  const feeds = {
    rows: filled([pictures, 1, side, 1], 0.5),
    columns: filled([1, channels, 1, side], 0.5),
    // Means of a neighbourhood: values stay as large as they are.
    kernel: filled([channels, channels, 3, 3], 1 / (9 * channels)),
  };
  const run = async (): Promise<number> => {
    const began = performance.now();
    await session.run(feeds);
    return performance.now() - began;
  };
  // The first run compiles kernels, too; where it takes seconds that is not why.
  const first = await run();
  return first > patienceMilliseconds ? first : Math.min(await run(), await run());
}

const device = process.argv[2] as ConcreteDevice;
const precision = process.argv[3] === 'float16' ? 'float16' : 'float32';
try {
  process.stdout.write(`${JSON.stringify({ milliseconds: await probe(device, precision) })}\n`);
} catch (error) {
  const { cause, message } = error as Error;
  process.stdout.write(`${JSON.stringify({ reason: (cause instanceof Error ? cause.message : message).trim() })}\n`);
}
