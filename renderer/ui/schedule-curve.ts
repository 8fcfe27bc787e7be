/** The learning rate over a run relative to its peak, for drawing. */
import type { GraftDocument } from '#shared/document/model.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { training } from '#shared/nodes/training.ts';
import { schedule } from '#shared/nodes/schedule.ts';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';

/** As fine as a pixel of a card. */
const samples = 216;

/** `samples` values in (0, 1], from the first step to the last. */
export function scheduleCurve(parameters: Readonly<Record<string, unknown>>, epochs: number): readonly number[] {
  const parsed = schedule.schema.safeParse(parameters);
  const shape = parsed.success ? parsed.data : schedule.schema.parse({});
  const stepsPerEpoch = samples / Math.max(1, epochs);
  return Array.from({ length: samples }, (_, index) => learningRateAt(shape, 1, index + 1, samples, stepsPerEpoch));
}

/** Epochs the project asks for. */
export function plannedEpochs(document: GraftDocument): number {
  const node = document.nodes.find(({ kind }) => kind === training.kind);
  return Number(effectiveParameters(training, node?.parameters ?? {})['epochs']);
}
