/** What a project's model will be, in numbers, as far as the facts at hand tell. Undefined is not known yet. */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { BackboneFacts, Facts, Stage } from '#shared/nodes/facts.ts';
import { firstToLearn } from '#shared/nodes/freeze.ts';
import type { FreezePart, Recipe } from '#shared/nodes/recipe.ts';

export interface ModelNumbers {
  readonly classes: number | undefined;
  /** Channels, height and width of one picture as the backbone takes it. */
  readonly sample: Shape | undefined;
  /** Shape of one picture's features as the head takes them, after pooling. */
  readonly features: Shape | undefined;
  readonly frozenParameters: number | undefined;
  readonly trainedParameters: number | undefined;
  readonly headParameters: number | undefined;
  readonly stepsPerEpoch: number | undefined;
  /** Whether what the frozen part says of each picture is computed once and kept. */
  readonly cached: boolean;
  readonly cacheBytes: number | undefined;
}

const BYTES_PER_FLOAT = 4;

/** Weights and biases of dense layers through these widths. */
function denseParameters(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, index) => sum + ((widths[index] ?? 0) + 1) * width, 0);
}

/** The first stage that is trained; undefined when the whole backbone is frozen or the stage is not known. */
export function firstTrainedStage(freeze: FreezePart, backbone: BackboneFacts): Stage | undefined {
  if (freeze.mode === 'backbone') return undefined;
  if (freeze.mode === 'none') return backbone.stages[0];
  return firstToLearn(backbone.stages, freeze.stage);
}

function frozenParameters(freeze: FreezePart, backbone: BackboneFacts): number {
  if (freeze.mode === 'none') return 0;
  return firstTrainedStage(freeze, backbone)?.parametersBelow ?? backbone.parameters;
}

/** Bytes of the tensors at the freeze line, for every picture and every version of it. */
function cacheBytes(recipe: Recipe, facts: Facts): number | undefined {
  const { dataset, backbone, forecast } = facts;
  if (forecast) return forecast.cacheBytes;
  if (!dataset || !backbone) return undefined;
  const { enabled, views } = recipe.augment;
  const shape = firstTrainedStage(recipe.freeze, backbone)?.shape ?? backbone.features;
  const versions = dataset.train * (enabled ? views : 1) + dataset.validation;
  return versions * elementCount(shape) * BYTES_PER_FLOAT;
}

export function modelNumbers(recipe: Recipe, facts: Facts): ModelNumbers {
  const { dataset, backbone } = facts;
  const { size } = recipe.backbone;
  const classes = dataset?.classes.length;
  // A feature map is averaged over its area before the head: only its channels are left.
  const width = backbone?.features[0];
  const headParameters =
    width !== undefined && classes !== undefined ? denseParameters([width, ...recipe.head.hidden, classes]) : undefined;
  const frozen = backbone && frozenParameters(recipe.freeze, backbone);
  const cached = recipe.freeze.mode !== 'none' && (!recipe.augment.enabled || recipe.augment.views > 0);
  return {
    classes,
    sample: backbone && [backbone.input[0], size || backbone.input[1], size || backbone.input[2]],
    features: width === undefined ? undefined : [width],
    frozenParameters: frozen,
    trainedParameters:
      backbone && frozen !== undefined && headParameters !== undefined
        ? backbone.parameters - frozen + headParameters
        : undefined,
    headParameters,
    stepsPerEpoch: dataset && Math.ceil(dataset.train / recipe.training.batchSize),
    cached,
    cacheBytes: cached ? cacheBytes(recipe, facts) : undefined,
  };
}
