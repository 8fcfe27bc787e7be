/** What each kind of node says about itself. */
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatPlural,
  formatRate,
  formatShape,
  formatShortCount,
} from '#shared/core/format.ts';
import type { BackboneFacts, DatasetFacts, Facts, Forecast } from '#shared/nodes/facts.ts';
import type { FreezePart, Recipe } from '#shared/nodes/recipe.ts';
import { firstTrainedStage, type ModelNumbers } from './model-numbers.ts';

export interface Figure {
  readonly label: string;
  readonly value: string;
}

export interface NodeNumbers {
  /** A few words under the title; '' when there is nothing to say. */
  readonly subtitle: string;
  /** For the inspector, in order of interest. */
  readonly figures: readonly Figure[];
  /** What the settings mean, in plain words. */
  readonly sentence: string;
}

const silent: NodeNumbers = { subtitle: '', figures: [], sentence: '' };

/** Only the figures whose value is known. */
function figures(...entries: readonly (readonly [string, string | undefined])[]): Figure[] {
  return entries.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

function count(value: number | undefined): string | undefined {
  return value === undefined ? undefined : formatCount(value);
}

function lastPart(path: string): string {
  return path.split(/[\\/]/u).findLast((part) => part !== '') ?? '';
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** Pictures that cannot be read, and files and links that take no part. */
function leftOutOf({ unreadable, leftOut, corrected }: DatasetFacts): number {
  // Files of a folder that is no class are counted by their endings already.
  const counted = leftOut.filter(({ why }) => why !== 'foreign-class' && why !== 'no-class');
  return counted.reduce((sum, { count: some }) => sum + some, unreadable.length + corrected.leftOut);
}

type Describe = (recipe: Recipe, model: ModelNumbers, facts: Facts) => NodeNumbers;

const describeData: Describe = ({ data }, _model, { dataset }) => ({
  subtitle: joined(lastPart(data.path), dataset && formatPlural(dataset.classes.length, 'class', 'classes')),
  figures: figures(
    ['Classes', count(dataset?.classes.length)],
    ['Training pictures', count(dataset?.train)],
    ['Validation pictures', count(dataset?.validation)],
    ['Test pictures', dataset && dataset.test > 0 ? formatCount(dataset.test) : undefined],
    ['Corrected', dataset && dataset.corrected.moved > 0 ? formatCount(dataset.corrected.moved) : undefined],
    ['Left out', dataset && leftOutOf(dataset) > 0 ? formatCount(leftOutOf(dataset)) : undefined],
  ),
  sentence: '',
});

const describeSplit: Describe = ({ split }, _model, { dataset }) => {
  const own = dataset?.splitBy === 'folders';
  const ownTest = dataset?.testBy === 'folders';
  const idle = [own ? 'validation' : '', ownTest && split.test > 0 ? 'test' : ''].filter((part) => part !== '');
  return {
    subtitle: joined(
      own ? 'as in the folders' : `${formatPercent(split.validation, 0)} held out`,
      split.test > 0 && !ownTest ? `${formatPercent(split.test, 0)} for the end` : undefined,
    ),
    figures: figures(
      ['Training pictures', count(dataset?.train)],
      ['Validation pictures', count(dataset?.validation)],
      ['Test pictures', dataset && dataset.test > 0 ? formatCount(dataset.test) : undefined],
    ),
    sentence:
      idle.length === 0
        ? ''
        : `The folder has a ${idle.join(' and a ')} part of its own, so the share set here has no effect.`,
  };
};

const describeAugment: Describe = ({ augment, freeze }, { cached }) => {
  if (!augment.enabled) {
    const sentence = freeze.mode === 'none' ? '' : 'Off, so the features of each picture are computed once and kept.';
    return { subtitle: 'off', figures: [], sentence };
  }
  const amounts = [
    augment.flip > 0 ? `flip ${formatRate(augment.flip)}` : '',
    augment.rotate > 0 ? `rotate ±${formatRate(augment.rotate)}°` : '',
    augment.zoom > 1 ? `zoom ${formatRate(augment.zoom)}` : '',
  ];
  return {
    subtitle: joined(...amounts),
    figures: figures(['Cached versions', cached ? formatCount(augment.views) : undefined]),
    sentence: cached ? '' : 'Every epoch sees new pictures, so no features can be kept and epochs take longer.',
  };
};

const describeBackbone: Describe = ({ backbone }, { sample, features }, facts) => {
  const found = facts.backbone;
  if (!found || !sample || !features) return { ...silent, subtitle: lastPart(backbone.model) };
  const [channels = 0, height = 0, width = 0] = sample;
  const flow = `${formatShape([height, width, channels])} → ${formatShape(features)} features`;
  return {
    subtitle: joined(found.title, found.trainedOn),
    figures: figures(
      ['Shape', flow],
      ['Parameters', formatCount(found.parameters)],
      ['Stages', formatCount(found.stages.length)],
      ['Operator set', formatCount(found.opset)],
      ['Licence', found.license],
    ),
    sentence: '',
  };
};

const describeFreeze: Describe = ({ freeze }, model, { backbone, forecast }) => {
  if (!backbone) return silent;
  const frozen = model.frozenParameters ?? 0;
  const cache = model.cacheBytes === undefined ? undefined : formatBytes(model.cacheBytes);
  return {
    subtitle: model.cached ? joined('features cached', cache) : 'features not cached',
    figures: figures(
      ['Frozen parameters', formatCount(frozen)],
      ['Trained parameters', count(model.trainedParameters)],
      ['Cache', cache && `${cache} on disk`],
      ['Computing the cache', forecast?.cached === false ? formatDuration(forecast.cacheSeconds) : undefined],
    ),
    sentence: freezeSentence(freeze, backbone, frozen),
  };
};

function freezeSentence(freeze: FreezePart, backbone: BackboneFacts, frozen: number): string {
  if (freeze.mode === 'none') return 'Nothing is frozen: the whole backbone goes on learning.';
  const line = freeze.mode === 'backbone' ? 'the head' : firstTrainedStage(freeze, backbone)?.stage;
  return line ? `Everything before ${line} stays as it is (${formatShortCount(frozen)} parameters frozen).` : '';
}

const describeHead: Describe = ({ head }, { classes, features, headParameters }) => ({
  subtitle: headParameters === undefined ? '' : `${formatCount(headParameters)} parameters`,
  figures: figures(
    [
      'Layers',
      features && classes !== undefined
        ? [features[0] ?? 0, ...head.hidden, classes].map((width) => formatCount(width)).join(' → ')
        : undefined,
    ],
    ['Parameters', count(headParameters)],
    ['Classes', count(classes)],
  ),
  sentence: '',
});

function lossSubtitle(loss: Recipe['loss']): string {
  if (loss.kind === 'focal') return 'hard pictures count more';
  return loss.labelSmoothing > 0 ? `label smoothing ${formatRate(loss.labelSmoothing)}` : 'mean over the batch';
}

/** A model that gives every class the same probability p = 1/K has the loss ln K, in focal form times (1 − p)^γ. */
const describeLoss: Describe = ({ loss }, { classes }) => ({
  subtitle: lossSubtitle(loss),
  figures: figures([
    'Loss of pure guessing',
    classes === undefined || classes < 2
      ? undefined
      : (Math.log(classes) * (loss.kind === 'focal' ? (1 - 1 / classes) ** loss.gamma : 1)).toFixed(2),
  ]),
  sentence: '',
});

const describeOptimizer: Describe = ({ optimizer }, { trainedParameters }) => ({
  subtitle: joined(
    optimizer.kind === 'sgd' && optimizer.momentum > 0 ? `momentum ${formatRate(optimizer.momentum)}` : '',
    optimizer.weightDecay > 0 ? `weight decay ${formatRate(optimizer.weightDecay)}` : '',
    optimizer.clipNorm > 0 || optimizer.clipValue > 0 ? 'clipped' : '',
  ),
  figures: figures(['Trained parameters', count(trainedParameters)]),
  sentence: '',
});

const describeSchedule: Describe = ({ schedule, optimizer, training }, { stepsPerEpoch }) => {
  const peak = formatRate(optimizer.learningRate);
  const steps = stepsPerEpoch === undefined ? undefined : formatCount(stepsPerEpoch * training.epochs);
  const shapes: Readonly<Record<typeof schedule.kind, string>> = {
    constant: `constant at ${peak}`,
    cosine: `cosine from ${peak}`,
    step: `${peak}, × ${formatRate(schedule.stepFactor)} every ${formatPlural(schedule.stepEpochs, 'epoch')}`,
    'one-cycle': `one cycle, peak ${peak}`,
    'multi-step': `${peak}, × ${formatRate(schedule.stepFactor)} after ${schedule.milestones.map((epoch) => formatCount(epoch)).join(', ')} epochs`,
    exponential: `${peak}, × ${formatRate(schedule.epochFactor)} an epoch`,
    polynomial: schedule.power === 1 ? `${peak} straight to 0` : `${peak} to 0, power ${formatRate(schedule.power)}`,
    'cosine-restarts': `cosine from ${peak}, again after ${formatPlural(schedule.restartEpochs, 'epoch')}`,
    plateau: `${peak}, × ${formatRate(schedule.stepFactor)} when it stalls`,
  };
  return {
    subtitle: shapes[schedule.kind],
    figures: figures(['Peak', peak], ['Steps', steps]),
    sentence: idleSentence(schedule, training),
  };
};

/** Where the run is over before the schedule does anything. */
function idleSentence(schedule: Recipe['schedule'], { epochs, patience }: Recipe['training']): string {
  const first = { step: schedule.stepEpochs, 'multi-step': Math.min(...schedule.milestones) } as const;
  if ((schedule.kind === 'step' || schedule.kind === 'multi-step') && first[schedule.kind] >= epochs) {
    return `The run has ${formatPlural(epochs, 'epoch')}, so the rate never drops.`;
  }
  if (schedule.kind === 'plateau' && patience > 0 && schedule.plateauPatience >= patience) {
    return `Training stops after ${formatPlural(patience, 'epoch')} without progress, before the rate has dropped.`;
  }
  return '';
}

function totalSeconds({ cached, cacheSeconds, secondsPerEpoch }: Forecast, epochs: number): number {
  return (cached ? 0 : cacheSeconds) + secondsPerEpoch * epochs;
}

const describeTraining: Describe = ({ training }, { stepsPerEpoch }, { dataset, forecast }) => {
  const small = dataset && dataset.train < training.batchSize;
  return {
    subtitle: joined(
      formatPlural(training.epochs, 'epoch'),
      `batch ${formatCount(training.batchSize)}${training.accumulation > 1 ? ` × ${formatCount(training.accumulation)}` : ''}`,
      training.averaging > 0 ? 'averaged' : '',
    ),
    figures: figures(
      ['Steps per epoch', count(stepsPerEpoch)],
      ['Time per epoch', forecast && formatDuration(forecast.secondsPerEpoch)],
      ['Time for all', forecast && formatDuration(totalSeconds(forecast, training.epochs))],
      ['Memory', forecast && formatBytes(forecast.memoryBytes)],
    ),
    sentence: small
      ? `One batch holds all ${formatPlural(dataset.train, 'picture')}: a smaller one learns faster.`
      : '',
  };
};

const describeEvaluation: Describe = (_recipe, _model, { dataset }) => ({
  subtitle: dataset ? `on ${formatPlural(dataset.validation, 'picture')}` : '',
  figures: figures(['Validation pictures', count(dataset?.validation)]),
  sentence: '',
});

/** Weights are stored as float32. */
const describeExport: Describe = (recipe, { headParameters }, { backbone }) => {
  const parameters = backbone && headParameters !== undefined ? backbone.parameters + headParameters : undefined;
  return {
    subtitle: recipe.export.fileName,
    figures: figures(
      ['Parameters', count(parameters)],
      ['Size, about', parameters === undefined ? undefined : formatBytes(parameters * 4)],
    ),
    sentence: '',
  };
};

const byKind: ReadonlyMap<string, Describe> = new Map([
  ['image-folder', describeData],
  ['split', describeSplit],
  ['augment', describeAugment],
  ['backbone', describeBackbone],
  ['freeze', describeFreeze],
  ['head', describeHead],
  ['loss', describeLoss],
  ['optimizer', describeOptimizer],
  ['schedule', describeSchedule],
  ['training', describeTraining],
  ['evaluation', describeEvaluation],
  ['export', describeExport],
]);

/** Describes a node of this kind; `recipe` has the node's own settings in its part. */
export function describeNode(kind: string, recipe: Recipe, model: ModelNumbers, facts: Facts): NodeNumbers {
  return byKind.get(kind)?.(recipe, model, facts) ?? silent;
}
