/** Predictions from an exported model, with nothing but that file. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import type { Prediction } from '#shared/protocol/run.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { decodeOne } from '#electron/engine/data/decode.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

const preprocessSchema = z.object({ size: z.tuple([z.number(), z.number()]), resize: z.enum(['stretch', 'crop']) });

/**
 * @param inputs paths of pictures, or data URLs
 * @throws GraftError `model.file-missing`, `model.not-onnx`, `predict.not-graft`, `predict.bad-input`
 */
export async function predict(path: string, inputs: readonly string[]): Promise<Prediction[]> {
  if (!existsSync(path)) throw new GraftError('model.file-missing', { path });
  const { model } = readModel(path);
  const { labels, size, resize } = readMetadata(model.metadata, path);
  const session = await createSession(path, 'cpu');
  try {
    const predictions: Prediction[] = [];
    for (const input of inputs) {
      const pixels = await decodeOne(input, { size, resize });
      const began = performance.now();
      const results = await session.run({ input: float32(pixels, [1, 3, ...size]) }, ['probabilities']);
      const milliseconds = performance.now() - began;
      const chances = (results['probabilities'] as ort.Tensor).data as Float32Array;
      const probabilities = labels
        .map((label, index) => ({ label, probability: chances[index] as number }))
        .toSorted((a, b) => b.probability - a.probability);
      predictions.push({
        input: input.startsWith('data:') ? '' : input,
        label: probabilities[0]?.label ?? '',
        probabilities,
        milliseconds,
      });
    }
    return predictions;
  } finally {
    await session.release();
  }
}

function readMetadata(
  metadata: Readonly<Record<string, string>>,
  path: string,
): { labels: string[]; size: [number, number]; resize: 'stretch' | 'crop' } {
  try {
    const labels = z.array(z.string()).parse(JSON.parse(metadata['graft.labels'] ?? ''));
    return { labels, ...preprocessSchema.parse(JSON.parse(metadata['graft.preprocess'] ?? '')) };
  } catch {
    throw new GraftError('predict.not-graft', { path });
  }
}
