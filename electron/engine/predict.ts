/** Predictions from an exported model, with nothing but that file. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { GraftError, toProblem } from '#shared/messages/error.ts';
import { graftModelVersion } from '#shared/compiler/versions.ts';
import type { Graph } from '#shared/ir/graph.ts';
import type { PredictionOutcome } from '#shared/protocol/run.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { decodeOne } from '#electron/engine/data/decode.ts';
import { createSession, sessionError } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

const preprocessSchema = z.object({
  size: z.tuple([z.int().min(1), z.int().min(1)]),
  resize: z.enum(['stretch', 'crop']),
});

/**
 * Answers of the model for pictures, one by one.
 * @param inputs paths of pictures, or data URLs
 * @returns for each an answer, or `predict.bad-input`: one that cannot be read costs nothing but itself
 * @throws GraftError `model.file-missing`, `model.not-onnx`, `predict.not-graft`, `predict.newer`, `predict.unusable`,
 * `run.session-failed`, `run.out-of-memory`, `data.decoder-broken`
 */
export async function predict(path: string, inputs: readonly string[]): Promise<PredictionOutcome[]> {
  if (!existsSync(path)) throw new GraftError('model.file-missing', { path });
  const { model } = readModel(path);
  const { labels, size, resize } = readMetadata(model.metadata, path);
  requireSize(model.graph, size, path);
  const session = await createSession(path, 'cpu');
  try {
    const outcomes: PredictionOutcome[] = [];
    for (const given of inputs) {
      const input = given.startsWith('data:') ? '' : given;
      const pixels = await decodeOne(given, { size, resize }).catch(unreadable);
      if (pixels instanceof GraftError) {
        outcomes.push({ input, problem: toProblem(pixels) });
        continue;
      }
      const began = performance.now();
      const chances = await chancesOf(session, float32(pixels, [1, 3, ...size]), labels.length, path);
      const milliseconds = performance.now() - began;
      const probabilities = labels
        .map((label, index) => ({ label, probability: chances[index] as number }))
        .toSorted((a, b) => b.probability - a.probability);
      outcomes.push({ input, label: probabilities[0]?.label ?? '', probabilities, milliseconds });
    }
    return outcomes;
  } finally {
    await session.release();
  }
}

/** What is wrong with the picture itself; whatever else is thrown would be of the next one as well. */
function unreadable(thrown: unknown): GraftError {
  if (thrown instanceof GraftError && thrown.code === 'predict.bad-input') return thrown;
  throw thrown;
}

/** Before a picture is decoded for it. Sizes that are not fixed fit any picture. */
function requireSize({ inputs }: Graph, size: readonly [number, number], path: string): void {
  const input = inputs.find(({ name }) => name === 'input');
  const wanted = input?.shape.slice(2) ?? [];
  const fits = wanted.length === 2 && wanted.every((side, axis) => typeof side !== 'number' || side === size[axis]);
  if (fits) return;
  const reason = input
    ? `it takes [${input.shape.join(', ')}], not pictures of ${size.join(' × ')} pixels.`
    : `it takes ${namesOf(inputs.map(({ name }) => name))} instead of “input”.`;
  throw new GraftError('predict.unusable', { path, reason });
}

/** What the model makes of one picture: a chance for each label. */
async function chancesOf(
  session: ort.InferenceSession,
  input: ort.Tensor,
  count: number,
  path: string,
): Promise<Float32Array> {
  const unusable = (reason: string): GraftError => new GraftError('predict.unusable', { path, reason });
  if (!session.outputNames.includes('probabilities')) {
    throw unusable(`it gives ${namesOf(session.outputNames)} and no “probabilities”.`);
  }
  const { probabilities } = await session.run({ input }, ['probabilities']).catch((error: unknown) => {
    throw sessionError(error);
  });
  const chances = probabilities?.data;
  if (!(chances instanceof Float32Array)) throw unusable('its probabilities are no float32 numbers.');
  if (chances.length !== count) throw unusable(`it has ${count} labels for ${chances.length} probabilities.`);
  return chances;
}

function namesOf(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `“${name}”`).join(', ');
}

const labelsSchema = z.array(z.string());

interface About {
  readonly labels: readonly string[];
  readonly size: readonly [number, number];
  readonly resize: 'stretch' | 'crop';
}

/** What the file says of itself. Earlier versions say less of how pictures are prepared, and mean the same. */
function readMetadata(metadata: Readonly<Record<string, string>>, path: string): About {
  const { 'graft.labels': labels, 'graft.preprocess': preprocess, 'graft.version': version = '1' } = metadata;
  if (labels === undefined || preprocess === undefined) throw new GraftError('predict.not-graft', { path });
  if (Number(version) > Number(graftModelVersion)) throw new GraftError('predict.newer', { path });
  const { 'graft.task': task = 'image-classification' } = metadata;
  if (task !== 'image-classification') {
    throw new GraftError('predict.unusable', { path, reason: `its task is “${task}”, not image classification.` });
  }
  const parsed = <Value>(name: string, text: string, schema: z.ZodType<Value>): Value => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw new GraftError('predict.unusable', { path, reason: `its “${name}” is damaged.` });
    }
  };
  return {
    labels: parsed('graft.labels', labels, labelsSchema),
    ...parsed('graft.preprocess', preprocess, preprocessSchema),
  };
}
