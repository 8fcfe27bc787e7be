/** A run on disk: plain files anyone can read without Graft. */
import { appendFileSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { deviceSchema, runEventSchema, type Evaluation, type RunEvent } from '#shared/protocol/run.ts';
import { CheckedReader, checkedLine } from '#electron/files/checked-lines.ts';
import { writing } from '#electron/files/failures.ts';
import { lockFolder, type Lock } from '#electron/files/lock.ts';
import { checksumOfFile, readTextSync } from '#electron/files/regular-file.ts';
import { privateFile, privateFolder, replaceFile } from '#electron/files/replace.ts';
import { encodeCheckpoint, readCheckpointFile, type Checkpoint } from '#electron/engine/training/checkpoint-file.ts';
import { bestSchema, type Progress } from '#electron/engine/training/progress.ts';

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
  /** How lines of metrics.jsonl and checkpoints are checked; absent in runs of earlier versions, which cannot be. */
  checksums: z.literal('crc32').optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Shapes of JSON numbers that are not finite: JSON has no word for them. */
const jsonNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

export type CheckpointName = 'last' | 'best';

/** A checkpoint as it was found. */
export interface FoundCheckpoint extends Checkpoint {
  /** Whether it is the one before the newest, since that one is damaged. */
  readonly isOlder: boolean;
}

/** Metrics of a run of a million steps take a quarter of it. */
const largestMetrics = 2 ** 30;

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

  /**
   * Takes the folder for this process, and clears away what a process left unfinished that was killed.
   * @throws GraftError `run.locked`
   */
  async lock(): Promise<Lock> {
    writing(this.path, () => mkdirSync(this.#checkpoints, { recursive: true, mode: privateFolder }));
    const lock = await lockFolder(this.path);
    for (const folder of [this.path, this.#checkpoints])
      for (const name of readdirSync(folder)) if (/^\..*\.tmp$/.test(name)) rmSync(join(folder, name), { force: true });
    return lock;
  }

  /**
   * Fills a folder that this process has locked. The record comes last: a folder without one is no run.
   * @throws GraftError `document.disk-full`, `document.unwritable`, as everything here that writes
   */
  create(document: GraftDocument, record: RunRecord): void {
    this.#replace('project.graft', serializeDocument(document));
    this.#replace('metrics.jsonl', '');
    this.writeRecord(record);
  }

  writeRecord(record: RunRecord): void {
    this.#replace('run.json', `${JSON.stringify(record, null, 2)}\n`);
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
    writing(path, () => appendFileSync(path, lines(events), { mode: privateFile }));
  }

  /** Has what was appended outlast a power cut. */
  syncEvents(): void {
    const path = join(this.path, 'metrics.jsonl');
    writing(path, () => {
      const descriptor = openSync(path, 'r+');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  /** Drops what was recorded after `step`, which a resumed run will say again. @returns lines that were damaged */
  truncateEvents(step: number, epoch: number): number {
    const { events, damaged } = this.#readMetrics();
    const kept = events.filter((event) => {
      if (event.event === 'step') return event.step <= step;
      return event.event === 'epoch' ? event.epoch < epoch : event.event === 'plan' || event.event === 'warning';
    });
    this.#replace('metrics.jsonl', lines(kept));
    return damaged;
  }

  readEvents(): RunEvent[] {
    return this.#readMetrics().events;
  }

  /** The one that was there is kept beside it until the next one has taken its place. */
  writeCheckpoint(name: CheckpointName, tensors: ReadonlyMap<string, Tensor>, progress: Progress): void {
    const path = this.#checkpoint(name);
    const bytes = encodeCheckpoint(tensors, progress);
    replaceFile(path, [bytes], {
      durable: true,
      prove: (unfinished) => {
        // What the disk gives back is what a run goes on from.
        if (checksumOfFile(unfinished) !== crc32(bytes)) throw new GraftError('run.checkpoint-damaged', { path });
      },
      keep: this.#checkpoint(`${name}.before`),
    });
  }

  hasCheckpoint(name: CheckpointName): boolean {
    return existsSync(this.#checkpoint(name)) || existsSync(this.#checkpoint(`${name}.before`));
  }

  /** The newest that is as it was written. @throws GraftError `run.no-checkpoint`, `run.checkpoint-damaged` */
  readCheckpoint(name: CheckpointName): FoundCheckpoint {
    const found = this.readCheckpoints(name).next();
    if (!found.done) return found.value;
    if (!this.hasCheckpoint(name)) throw new GraftError('run.no-checkpoint', { path: this.path });
    throw new GraftError('run.checkpoint-damaged', { path: this.#checkpoint(name) });
  }

  /** Those that are as they were written, the newest first. */
  *readCheckpoints(name: CheckpointName): Generator<FoundCheckpoint, void, undefined> {
    const strict = this.readRecord().checksums !== undefined;
    const newest = this.#checkpoint(name);
    const older = this.#checkpoint(`${name}.before`);
    for (const path of [newest, older]) {
      try {
        yield { ...readCheckpointFile(path, strict), isOlder: path === older && existsSync(newest) };
      } catch {
        // It is missing, or not what was written: the one before it may be.
      }
    }
  }

  writeEvaluation(evaluation: Evaluation): void {
    this.#replace('evaluation.json', `${JSON.stringify(evaluation)}\n`);
  }

  get modelPath(): string {
    return join(this.path, 'model.onnx');
  }

  get #checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  #checkpoint(name: string): string {
    return join(this.#checkpoints, `${name}.safetensors`);
  }

  #readMetrics(): { events: RunEvent[]; damaged: number } {
    const file = join(this.path, 'metrics.jsonl');
    if (!existsSync(file)) return { events: [], damaged: 0 };
    const reader = new CheckedReader();
    const text = readTextSync(file, largestMetrics).split('\n');
    // A last line that was cut off by a crash is not damaged: it was never whole.
    text.pop();
    const events = text.flatMap((line) => {
      const parsed = runEventSchema.safeParse(reader.read(line));
      return parsed.success ? [parsed.data] : [];
    });
    return { events, damaged: reader.damaged };
  }

  #replace(name: string, content: string): void {
    replaceFile(join(this.path, name), [Buffer.from(content)], { durable: true });
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
      return readTextSync(join(this.path, name));
    } catch {
      throw new GraftError('run.missing', { path: this.path });
    }
  }
}

function lines(events: readonly RunEvent[]): string {
  return events.map((event) => `${checkedLine(JSON.stringify(event, jsonNumber))}\n`).join('');
}
