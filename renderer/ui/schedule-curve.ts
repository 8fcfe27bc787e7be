/** The learning rate over a run relative to its peak, for drawing. */
import { schedule } from '#shared/nodes/schedule.ts';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';

const samples = 64;

/** `samples` values in (0, 1], from the first step to the last. */
export function scheduleCurve(parameters: Readonly<Record<string, unknown>>, epochs: number): readonly number[] {
  const parsed = schedule.schema.safeParse(parameters);
  const shape = parsed.success ? parsed.data : schedule.schema.parse({});
  const stepsPerEpoch = samples / Math.max(1, epochs);
  return Array.from({ length: samples }, (_, index) => learningRateAt(shape, 1, index + 1, samples, stepsPerEpoch));
}
