/** The fixtures of test/fixtures/architectures: models as exporters write them, their weights drawn on reading. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import type { Shape } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { decodeModel, type WeightFile } from '#shared/onnx/decode.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { drawRecipe, type Recipe } from '#test/engine/architectures/weights.ts';
import { weightFileOf } from '#test/support/weights.ts';

const folder = fileURLToPath(new URL('../../fixtures/architectures/', import.meta.url));

/** What PyTorch says of a gradient. Of a parameter that is stored more than once, only the sum over its copies. */
export type ExpectedGradient =
  | { readonly norm: number; readonly sum: number }
  | { readonly sharesSumWith: readonly string[]; readonly sum: number };

/** See make.py. */
export interface Reference {
  readonly shape: Shape;
  /** Of logits, and of targets. */
  readonly rows: number;
  readonly classes: number;
  /** Number of tokens, where the input is tokens. */
  readonly vocabulary: number | null;
  readonly loss: number;
  /** By initializer. */
  readonly gradients: Readonly<Record<string, ExpectedGradient>>;
  /** Parameters of PyTorch's that are no initializer of the file. */
  readonly missing: readonly string[];
}

export interface Fixture {
  readonly name: string;
  readonly model: Model;
  readonly reference: Reference;
}

export function fixtureNames(): string[] {
  const ending = '.onnx.gz';
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .toSorted();
}

export function readFixture(name: string): Fixture {
  const bytes = gunzipSync(readFileSync(`${folder}${name}.onnx.gz`));
  const readExternal = (recipe: string): WeightFile =>
    weightFileOf(new Uint8Array(drawRecipe(JSON.parse(recipe) as Recipe).buffer));
  const model = upgrade(decodeModel(bytes, { path: name, readExternal }));
  return { name, model, reference: JSON.parse(model.metadata['reference'] ?? '') as Reference };
}

/** The step that trains every weight by plain descent, written for this processor. */
export async function stepOf({ model, reference }: Fixture): Promise<CaseStep> {
  const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'sgd', lr: 1 }, trainable: 'all' as const };
  return buildCaseStep(model, training, reference.shape, oracle, { channelBlock: await channelBlock() });
}
