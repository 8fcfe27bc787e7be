/**
 * Run as a process of its own: tries one device on a small convolution, or with `float16` behind it on one in half
 * precision, and prints how long it took, as JSON.
 * A driver that aborts takes only this process with it.
 */
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { createSession, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';

const channels = 16;
const shape = [4, channels, 48, 48] as const;
const repetitions = 2;

async function probe(device: ConcreteDevice, precision: 'float32' | 'float16'): Promise<number> {
  const builder = new GraphBuilder(17);
  const given = [builder.input('x', 'float32', shape), builder.input('w', 'float32', [channels, channels, 3, 3])];
  const operands = precision === 'float16' ? given.map((name) => builder.cast(name, precision)) : given;
  const result = builder.op('Conv', operands, { pads: [1, 1, 1, 1] });
  builder.output(precision === 'float16' ? builder.cast(result, 'float32') : result, 'float32', shape, 'y');
  const session = await createSession(
    { graph: builder.build('probe'), opsets: { '': 17 }, irVersion: 8, metadata: {} },
    device,
  );
  const feeds = {
    x: float32(new Float32Array(elementCount(shape)).fill(0.5), shape),
    w: float32(new Float32Array(channels * channels * 9).fill(0.1), [channels, channels, 3, 3]),
  };
  await session.run(feeds);
  const began = performance.now();
  for (let count = 0; count < repetitions; count++) await session.run(feeds);
  return (performance.now() - began) / repetitions;
}

const device = process.argv[2] as ConcreteDevice;
const precision = process.argv[3] === 'float16' ? 'float16' : 'float32';
try {
  process.stdout.write(`${JSON.stringify({ milliseconds: await probe(device, precision) })}\n`);
} catch (error) {
  const { cause, message } = error as Error;
  process.stdout.write(`${JSON.stringify({ reason: (cause instanceof Error ? cause.message : message).trim() })}\n`);
}
