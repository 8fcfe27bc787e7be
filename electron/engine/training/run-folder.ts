/** A run on disk: plain files anyone can read without Graft. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { decodeSafetensors, encodeSafetensors } from '#shared/ir/safetensors.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { deviceSchema, runEventSchema, type Evaluation, type RunEvent } from '#shared/protocol/run.ts';
import { bestSchema, progressSchema, type Progress } from '#electron/engine/training/progress.ts';
import { writing } from '#electron/files/failures.ts';

/** `run.json`. */
export const runRecordSchema = z.object({
  format: z.literal(1),
  title: z.string(),
  /** ISO 8601. */
  started: z.string(),
  status: z.enum(['running', 'done', 'interrupted', 'failed']),
  device: deviceSchema,
  versions: z.record(z.string(), z.string()),
  seed: z.number(),
  classes: z.array(z.string()),
  samples: z.object({ train: z.number(), validation: z.number() }),
  parameters: z.object({ trainable: z.number(), frozen: z.number() }),
  summary: z.string(),
  /** Content hashes of what the run was made from. */
  hashes: z.object({ backbone: z.string(), data: z.string() }),
  /** Folder that relative paths of project.graft start from. */
  baseFolder: z.string(),
  /** Gradients that its graphs write otherwise than usual, and how; absent until training begins. */
  spellings: z.record(z.string(), z.string()).optional(),
  best: bestSchema.optional(),
  reason: z.string().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Shapes of JSON numbers that are not finite: JSON has no word for them. */
const jsonNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws GraftError `run.missing` */
  static open(path: string): RunFolder {
    if (!existsSync(join(path, 'run.json'))) throw new GraftError('run.missing', { path });
    return new RunFolder(path);
  }

  /** @throws GraftError `document.disk-full`, `document.unwritable`, as everything here that writes */
  create(document: GraftDocument): void {
    writing(this.path, () => mkdirSync(join(this.path, 'checkpoints'), { recursive: true }));
    this.#writeAtomically('project.graft', serializeDocument(document));
    this.#writeAtomically('metrics.jsonl', '');
  }

  writeRecord(record: RunRecord): void {
    this.#writeAtomically('run.json', `${JSON.stringify(record, null, 2)}\n`);
  }

  /** @throws GraftError `run.missing` */
  readRecord(): RunRecord {
    const parsed = runRecordSchema.safeParse(this.#readJson('run.json'));
    if (!parsed.success) throw new GraftError('run.missing', { path: this.path });
    return parsed.data;
  }

  /** The document as trained, whatever version wrote it. @throws GraftError `run.missing`, `document.corrupt`, `document.newer` */
  readDocument(): GraftDocument {
    return parseDocument(this.#readText('project.graft'), join(this.path, 'project.graft'));
  }

  appendEvents(events: readonly RunEvent[]): void {
    if (events.length === 0) return;
    const path = join(this.path, 'metrics.jsonl');
    const lines = events.map((event) => `${JSON.stringify(event, jsonNumber)}\n`);
    writing(path, () => appendFileSync(path, lines.join('')));
  }

  /** Drops what was recorded after `step`, which a resumed run will say again. */
  truncateEvents(step: number, epoch: number): void {
    const kept = this.readEvents().filter((event) => {
      if (event.event === 'step') return event.step <= step;
      return event.event === 'epoch' ? event.epoch < epoch : event.event === 'plan' || event.event === 'warning';
    });
    this.#writeAtomically('metrics.jsonl', kept.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  /** A last line that was cut off by a crash is left out. */
  readEvents(): RunEvent[] {
    const file = join(this.path, 'metrics.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return line === '' ? [] : [runEventSchema.parse(JSON.parse(line))];
        } catch {
          return [];
        }
      });
  }

  writeCheckpoint(name: 'last' | 'best', tensors: ReadonlyMap<string, Tensor>, progress: Progress): void {
    this.#writeAtomically(
      `checkpoints/${name}.safetensors`,
      encodeSafetensors(tensors, { progress: JSON.stringify(progress) }),
    );
  }

  hasCheckpoint(name: 'last' | 'best'): boolean {
    return existsSync(join(this.path, 'checkpoints', `${name}.safetensors`));
  }

  /** @throws GraftError `run.no-checkpoint`, `run.checkpoint-damaged` */
  readCheckpoint(name: 'last' | 'best'): { tensors: Map<string, Tensor>; progress: Progress } {
    const path = join(this.path, 'checkpoints', `${name}.safetensors`);
    if (!existsSync(path)) throw new GraftError('run.no-checkpoint', { path: this.path });
    try {
      const { tensors, metadata } = decodeSafetensors(readFileSync(path));
      return { tensors, progress: progressSchema.parse(JSON.parse(metadata['progress'] ?? '')) };
    } catch {
      throw new GraftError('run.checkpoint-damaged', { path });
    }
  }

  writeEvaluation(evaluation: Evaluation): void {
    this.#writeAtomically('evaluation.json', `${JSON.stringify(evaluation)}\n`);
  }

  get modelPath(): string {
    return join(this.path, 'model.onnx');
  }

  #writeAtomically(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name);
    const part = `${path}.part`;
    try {
      writing(path, () => {
        writeFileSync(part, content);
        renameSync(part, path);
      });
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  }

  #readJson(name: string): unknown {
    try {
      return JSON.parse(this.#readText(name));
    } catch {
      throw new GraftError('run.missing', { path: this.path });
    }
  }

  #readText(name: string): string {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch {
      throw new GraftError('run.missing', { path: this.path });
    }
  }
}
