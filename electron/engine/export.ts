/** Taking the model away: writing it, and proving that the file gives the same answers. */
import { rmSync, renameSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { handover } from '#shared/compiler/handover.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { ParityReport } from '#shared/protocol/run.ts';
import { begun, prefetch, type Prefetched } from '#electron/engine/data/batches.ts';
import type { DecodedBatch, DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { createSession, sessionError } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { writing } from '#electron/files/failures.ts';
import { requireNoLink, syncFolderNow, unfinishedName, writeNewFile } from '#electron/files/replace.ts';
import type * as ort from 'onnxruntime-node';

/** Largest |Δlogit| allowed between the trained model and the exported file. */
const allowedDifference = 1e-4;
/** Pictures in one run of the check: not the training batch, so that the free batch dimension is exercised. */
const checkBatch = 25;

export interface ExportRequest {
  readonly project: Project;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** What the trained model says of each validation sample, [samples, classes]. */
  readonly logits: Float32Array;
  readonly samples: readonly Sample[];
  readonly run: string;
  readonly file: string;
  readonly pool: DecodePool;
  /** Keeps the file also where it answers otherwise; the report says by how much. */
  readonly unequal?: boolean | undefined;
}

/**
 * Writes the model under a temporary name, runs the whole validation set through it in a fresh session on the CPU,
 * and keeps it only when it agrees, or when it is wanted all the same. Pictures that can no longer be read are left out of the comparison.
 * @throws GraftError `export.parity-failed`, `document.disk-full`, `document.unwritable`
 */
export async function exportModel(request: ExportRequest): Promise<ParityReport> {
  const { project, file } = request;
  const { backbone, recipe } = project;
  const card = backbone.model.metadata;
  const model = handover(project.plan.inference, request.parameters, {
    task: 'image-classification',
    labels: project.facts.classes.map(({ name }) => name),
    size: project.size,
    resize: recipe.backbone.resize,
    run: basename(request.run),
    backbone: card['graft.backbone'] ?? basename(backbone.path, '.onnx'),
    license: card['graft.license'] ?? 'as the backbone',
  });
  requireNoLink(file);
  const part = unfinishedName(file);
  const pictures = begun(validationPictures(request));
  try {
    writing(file, () => writeNewFile(part, [encodeModel(model)], { mode: 0o666, durable: true }));
    const { largest, samples } = await compare(part, pictures, request);
    const passed = largest <= allowedDifference;
    if (!passed && request.unequal !== true) {
      throw new GraftError('export.parity-failed', {
        difference: largest.toExponential(2),
        allowed: allowedDifference,
      });
    }
    writing(file, () => renameSync(part, file));
    syncFolderNow(dirname(file));
    const { size: bytes } = statSync(file);
    return { model: file, samples, maxDifference: largest, allowed: allowedDifference, passed, bytes };
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

type Pictures = AsyncGenerator<Prefetched<readonly Sample[], DecodedBatch>, void, undefined>;

/** Validation pictures for the check, decoded ahead of it. */
function validationPictures({ project, samples, pool }: ExportRequest): Pictures {
  const { size, recipe } = project;
  const parts = Array.from({ length: Math.ceil(samples.length / checkBatch) }, (_, index) =>
    samples.slice(index * checkBatch, (index + 1) * checkBatch),
  );
  const decode = (part: readonly Sample[]): Promise<DecodedBatch> =>
    pool.decode(
      part.map(({ path }) => path),
      { size, resize: recipe.backbone.resize },
    );
  return prefetch(parts, decode);
}

/** Largest |Δlogit| over the validation pictures that can be read, and how many those are. */
async function compare(
  file: string,
  pictures: Pictures,
  { project, logits, samples: validation }: ExportRequest,
): Promise<{ largest: number; samples: number }> {
  const session = await createSession(file, 'cpu');
  const { size, facts } = project;
  const classes = facts.classes.length;
  let largest = 0;
  let samples = validation.length;
  let start = 0;
  try {
    for await (const { batch: part, value: decoded } of pictures) {
      const { pixels, failures } = decoded;
      const input = float32(pixels, [part.length, 3, ...size]);
      const results = await session.run({ input }, ['logits']).catch((error: unknown) => {
        throw sessionError(error);
      });
      const exported = (results['logits'] as ort.Tensor).data as Float32Array;
      const vanished = new Set(failures.map(({ index }) => index));
      samples -= vanished.size;
      exported.forEach((value, index) => {
        if (vanished.has(Math.floor(index / classes))) return;
        const difference = Math.abs(value - (logits[start * classes + index] as number));
        // NaN would compare as no difference at all.
        largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      });
      start += part.length;
    }
  } finally {
    await session.release();
  }
  return { largest, samples };
}
