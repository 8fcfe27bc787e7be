/** When a run stops before its last epoch, from the document it was started with. Pure. */
import type { GraftDocument } from '#shared/document/model.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { formatLoss } from '#renderer/charts/format.ts';
import type { EpochEvent } from '#renderer/store/run-record.ts';
import { knownRun, type RunState } from '#renderer/store/run-state.ts';

export interface TrainingLimits {
  /** Training loss below which the run stops; 0 is none. */
  readonly lossThreshold: number;
  /** Epochs without a better validation loss or accuracy after which it stops; 0 is none. */
  readonly patience: number;
}

/** Without a document, as of a run that another window started, no limit is known. */
export function trainingLimits(document: GraftDocument | undefined): TrainingLimits {
  const kind = kindOf('training');
  const node = document?.nodes.find((candidate) => candidate.kind === 'training');
  if (kind === undefined || node === undefined) return { lossThreshold: 0, patience: 0 };
  const { lossThreshold, patience } = effectiveParameters(kind, node.parameters);
  return { lossThreshold: Number(lossThreshold), patience: Number(patience) };
}

/** The validation loss so far, and the epoch after which patience ends. */
export function outlook(state: RunState, { patience }: TrainingLimits): string {
  const known = knownRun(state);
  const epochs = known?.record.epochs ?? [];
  const last = epochs.at(-1);
  if (known === undefined || last === undefined) return '';
  const lowest = epochs.reduce(
    (best: EpochEvent, epoch) => (epoch.validation.loss < best.validation.loss ? epoch : best),
    last,
  );
  const loss = `Lowest validation loss ${formatLoss(lowest.validation.loss)}, at epoch ${lowest.epoch}.`;
  const end = latestProgress(epochs) + patience;
  const stops = (state.phase === 'running' || state.phase === 'paused') && patience > 0 && end < known.plan.epochs;
  return stops ? `${loss} Stops after epoch ${end} unless loss or accuracy improves.` : loss;
}

/** The last epoch that brought a lower validation loss or a better model: patience counts from there. */
function latestProgress(epochs: readonly EpochEvent[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  let latest = 0;
  for (const { epoch, validation, best } of epochs) {
    if (best || validation.loss < lowest) latest = epoch;
    lowest = Math.min(lowest, validation.loss);
  }
  return latest;
}
