/**
 * Phase 1: from a recipe and what is known of the data and the backbone to one forward model, from pictures
 * (float32 [N,3,H,W], RGB, 0–1) to logits [N, classes], once as trained and once as handed over.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import { shapeless, type Graph, type Model } from '#shared/ir/graph.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { ownRange } from '#shared/compiler/adapting/expected-range.ts';
import type { BackboneView } from '#shared/compiler/backbone.ts';
import { appendHead, appendPooling, initialHead, pooledWidth, type DropoutInput } from '#shared/compiler/head.ts';
import { definitions, extract, rename } from '#shared/compiler/subgraph.ts';
import { timeFirst } from '#shared/compiler/time-first.ts';
import type { BackbonePart, Recipe } from '#shared/nodes/recipe.ts';
import type { Tensor } from '#shared/ir/tensor.ts';

export interface BackboneSource {
  readonly model: Model;
  readonly view: BackboneView;
  /** Shape of the feature tensor for one sample at the size in use. */
  readonly featureShape: readonly number[];
  /** Height and width pictures are brought to. */
  readonly size: readonly [number, number];
}

export interface Assembly {
  /** With dropout masks as inputs. */
  readonly training: Model;
  readonly inference: Model;
  readonly dropouts: readonly DropoutInput[];
  /** The head's starting values. */
  readonly head: ReadonlyMap<string, Tensor>;
  /** The new name of each backbone value that had to be renamed. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Names the assembled model and the graphs made of it use themselves. */
const reserved = new Set([
  'input',
  'logits',
  'probabilities',
  'target',
  'weight',
  'lr',
  'step',
  'loss',
  'correct',
  'rows',
  'labels',
  'order',
]);
/** Values of a model that was itself trained here, and is now the backbone, begin like this. */
const reservedPrefix = /^(?:head|dropout|state|next|outer|body)\//;

/** Mean and standard deviation of RGB in 0–1 that a backbone expects to be taken off, by setting. */
const statistics = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  bytes: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
} as const;

export function resolve(recipe: Recipe, source: BackboneSource, classes: number): Assembly {
  const { view, featureShape } = source;
  const model = timeFirst(source.model);
  const body = extract(model, [view.input], [shapeless(view.features)]).graph;
  const renamed = outOfTheWay(body);
  const normalization = normalizationOf(recipe.backbone, model);
  const isPlain = normalization === 'none' && recipe.backbone.channels === 'rgb';
  // Without normalisation the pictures are the backbone's input.
  if (isPlain) renamed.set(view.input.name, 'input');
  const backbone = rename(body, renamed);
  const spec = {
    features: pooledWidth(featureShape),
    hidden: recipe.head.hidden,
    classes,
    dropout: recipe.head.dropout,
    seed: recipe.training.seed,
  };
  const head = initialHead(spec);
  let dropouts: readonly DropoutInput[] = [];
  const build = (training: boolean): Model => {
    const builder = new GraphBuilder(model.opsets[''] as number);
    builder.reserve(backbone);
    builder.input('input', 'float32', ['N', 3, ...source.size]);
    if (!isPlain) {
      const scaled = inOrder(builder, normalized(builder, normalization), recipe.backbone.channels);
      const name = renamed.get(view.input.name) ?? view.input.name;
      builder.append({ name: '', op: 'Identity', domain: '', inputs: [scaled], outputs: [name], attributes: {} });
    }
    for (const [name, tensor] of backbone.initializers) builder.initializer(name, tensor);
    for (const node of backbone.nodes) builder.append(node);
    appendPooling(builder, renamed.get(view.features) ?? view.features, featureShape);
    for (const [name, tensor] of head) builder.initializer(name, tensor);
    const made = appendHead(builder, spec, training);
    if (training) dropouts = made.dropouts;
    builder.output(made.logits, 'float32', ['N', classes], 'logits');
    return { graph: builder.build('graft'), opsets: model.opsets, irVersion: onnxIrVersion, metadata: {} };
  };
  return { training: build(true), inference: build(false), dropouts, head, renamed };
}

type Normalization = 'none' | keyof typeof statistics;

function normalized(builder: GraphBuilder, normalization: Normalization): string {
  if (normalization === 'none') return 'input';
  const { mean, std } = statistics[normalization];
  const centred = builder.op('Sub', ['input', builder.constant('float32', [1, 3, 1, 1], mean)]);
  return builder.op('Div', [centred, builder.constant('float32', [1, 3, 1, 1], std)]);
}

function inOrder(builder: GraphBuilder, value: string, channels: BackbonePart['channels']): string {
  return channels === 'rgb' ? value : builder.op('Gather', [value, builder.ints([2, 1, 0])], { axis: 1 });
}

/** How pictures are normalised inside the model, with `auto` decided. */
export function normalizationOf(part: BackbonePart, model: Model): Normalization {
  if (part.normalization !== 'auto') return part.normalization;
  return ownsNormalization(model) ? 'none' : (ownRange(model) ?? 'imagenet');
}

/** Whether the model was made here, with what pictures need inside it. */
export function ownsNormalization(model: Model): boolean {
  return model.metadata['graft.preprocess']?.includes('"inside"') ?? false;
}

/** A new name for each backbone value whose own is needed. */
function outOfTheWay(body: Graph): Map<string, string> {
  const free = new GraphBuilder(0);
  free.reserve(body);
  const clashing = [...definitions(body)].filter((name) => reserved.has(name) || reservedPrefix.test(name));
  return new Map(clashing.map((name) => [name, free.fresh(`backbone/${name}`)]));
}
