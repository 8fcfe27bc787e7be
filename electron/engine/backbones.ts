/** Backbone files: reading them, and what can be said of them. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { adapt, type Adaptation } from '#shared/compiler/adapting/adapt.ts';
import { ownRange } from '#shared/compiler/adapting/expected-range.ts';
import { constantsToInitializers, fixShapes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { viewBackbone, type BackboneView } from '#shared/compiler/backbone.ts';
import { blockedByStage } from '#shared/compiler/blocked-stages.ts';
import { ownsNormalization } from '#shared/compiler/1-resolve.ts';
import { findStages, type StageCut } from '#shared/compiler/stages.ts';
import { extract } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { elementCount } from '#shared/core/shape.ts';
import { shapeless, type Model, type Node } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import { ValueTooLarge } from '#shared/messages/value-too-large.ts';
import type { BackboneFacts, Stage } from '#shared/nodes/facts.ts';
import { builtInFile, isModelFile } from '#shared/nodes/backbone.ts';
import type { BackbonePart } from '#shared/nodes/recipe.ts';
import { readTextSync } from '#electron/files/regular-file.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { resourcesFolder } from '#electron/engine/paths.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';

/** Side of the pictures for models that leave it open, pixels: what most image backbones were trained on. */
const usualSide = 224;

export interface LoadedBackbone {
  readonly path: string;
  readonly hash: string;
  readonly model: Model;
  readonly view: BackboneView;
  /** What had to be done to the file's model. */
  readonly adapted: Adaptation;
}

/**
 * The file behind a backbone parameter: a built-in id, or a path relative to the project.
 * @throws GraftError `model.unknown-backbone`
 */
function backbonePath(model: string, baseFolder: string): string {
  if (isModelFile(model)) return isAbsolute(model) ? model : resolve(baseFolder, model);
  const builtIn = join(resourcesFolder(), builtInFile(model));
  if (!existsSync(builtIn)) throw new GraftError('model.unknown-backbone', { id: model });
  return builtIn;
}

/** @throws GraftError `model.file-missing`, `model.not-onnx`, `model.external-data-…`, `model.opset-unsupported`, `model.input-unsupported` */
function loadBackbone(path: string): LoadedBackbone {
  const { model: asWritten, hash } = readModel(path);
  // Some exporters keep weights in Constant nodes; as initializers they are found, trained and handed over.
  const { model, adapted } = adapt(constantsToInitializers(asWritten), path);
  return { path, hash, model, adapted, view: viewBackbone(model, path) };
}

/** Height and width pictures are brought to for this backbone. */
function pictureSize(view: BackboneView, wanted: number): [number, number] {
  const [, height, width] = view.size;
  return [height || wanted || usualSide, width || wanted || usualSide];
}

/** Pictures in the trial: more than one, so that a model made for one at a time shows itself. */
const trialBatch = 2;

/**
 * The backbone from its picture input to its features, for pictures of the given size, with every shape settled.
 * @throws GraftError `model.fixed-batch`
 */
async function typedBackbone(
  { path, model, view }: LoadedBackbone,
  size: readonly [number, number],
): Promise<TypedModel> {
  const body = extract(model, [view.input], [shapeless(view.features)]);
  const shapes = new Map([[view.input.name, [trialBatch, 3, ...size]]]);
  const refuse = (reason: string): GraftError => new GraftError('model.fixed-batch', { path, reason });
  let typed: TypedModel;
  try {
    typed = await fixShapes(body, shapes, trainableInitializers(body.graph), oracle);
  } catch (error) {
    if (error instanceof ValueTooLarge) throw error.of(path);
    if (!(error instanceof GraftError) || error.code !== 'model.refused') throw error;
    throw refuse(`it does not take ${trialBatch} pictures of ${size.join('×')} at a time (${error.message}).`);
  }
  const type = typed.graph.types.get(view.features);
  if (type?.shape[0] !== trialBatch)
    throw refuse(`its graph is fixed to ${type?.shape[0] ?? 'another number of'} picture(s) at a time.`);
  if (type.dtype !== 'float32')
    throw new GraftError('model.no-feature-output', { path, reason: `features of type ${type.dtype}` });
  return typed;
}

/** Everything the interface and the checks need to know of a backbone. */
export async function describeBackbone(path: string, id: string, wantedSize = 0): Promise<BackboneFacts> {
  const loaded = loadBackbone(path);
  const size = pictureSize(loaded.view, wantedSize);
  const typed = await typedBackbone(loaded, size);
  const features = featureShape(typed, loaded);
  const card = readCard(path);
  const { input, features: output } = loaded.view;
  const cuts = findStages(typed.graph, input.name, output);
  const blocked = blockedByStage(typed.graph, cuts, input.name, output);
  return {
    id,
    title: card.title ?? basename(path, '.onnx'),
    hash: loaded.hash,
    input: [3, ...size],
    inputName: loaded.view.input.name,
    featureTensor: loaded.view.features,
    features,
    parameters: trainableInitializers(typed.graph).reduce(
      (total, name) => total + elementCount(typed.graph.initializers.get(name)?.shape ?? []),
      0,
    ),
    stages: cuts.map((cut, index) => describeStage(typed, cut, blocked[index])),
    opset: loaded.model.opsets[''] ?? 0,
    ...aboutInput(loaded),
    ...(card.license ? { license: card.license } : {}),
    ...(card.trainedOn ? { trainedOn: card.trainedOn } : {}),
  };
}

export function isAdapted({ adapted: { trainingMode, integers, halves, input } }: LoadedBackbone): boolean {
  return trainingMode + integers + halves + input.length > 0;
}

/** How the model is given its pictures, as far as its file says. */
export function aboutInput({ model, adapted }: LoadedBackbone): Pick<BackboneFacts, 'adapted' | 'range'> {
  const range = ownsNormalization(model) ? 'none' : ownRange(model);
  return { adapted: { ...adapted, input: [...adapted.input] }, ...(range ? { range } : {}) };
}

/** Shape of one picture's features: [C], [C, H, W] or [T, C]. @throws GraftError `model.no-feature-output` */
function featureShape(typed: TypedModel, { path, view }: LoadedBackbone): number[] {
  const shape = typed.graph.types.get(view.features)?.shape ?? [];
  if (shape.length < 2 || shape.length > 4)
    throw new GraftError('model.no-feature-output', { path, reason: `an output of ${shape.length} dimensions` });
  return shape.slice(1);
}

function describeStage(typed: TypedModel, cut: StageCut, blocked: Node | undefined): Stage {
  const type = typed.graph.types.get(cut.tensor);
  return {
    stage: cut.stage,
    tensor: cut.tensor,
    shape: [...(type?.shape.slice(1) ?? [])],
    parametersBelow: cut.parametersBelow,
    parametersAbove: cut.parametersAbove,
    ...(blocked ? { blockedBy: blocked.op } : {}),
  };
}

const cardSchema = z.object({ title: z.string(), license: z.string(), trainedOn: z.string() }).partial().catch({});

/** The card beside a model, which built-in backbones have; a file of that name that says something else is passed over. */
function readCard(path: string): z.output<typeof cardSchema> {
  try {
    return cardSchema.parse(JSON.parse(readTextSync(join(dirname(path), 'card.json'))));
  } catch {
    return {};
  }
}

/** The source the compiler takes, from a backbone node. */
export async function backboneSource(
  part: BackbonePart,
  baseFolder: string,
): Promise<{
  loaded: LoadedBackbone;
  size: [number, number];
  featureShape: readonly number[];
}> {
  try {
    const loaded = loadBackbone(backbonePath(part.model, baseFolder));
    if (part.hash !== '' && part.hash !== loaded.hash)
      throw new GraftError('model.hash-changed', { path: loaded.path });
    const size = pictureSize(loaded.view, part.size);
    const typed = await typedBackbone(loaded, size);
    return { loaded, size, featureShape: featureShape(typed, loaded) };
  } catch (error) {
    if (error instanceof GraftError && error.node === undefined) throw Object.assign(error, { node: part.node });
    throw error;
  }
}
