/**
 * What was measured of this machine, kept in `tuning.json` of the data home: for every device, processor and runtime by
 * itself, the fastest way to write each place of a training graph. People may read it, and throw it away.
 */
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Choices } from '#shared/compiler/tuning/choices.ts';
import { problem, type Problem } from '#shared/messages/error.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { writing } from '#electron/files/failures.ts';
import { readTextSync } from '#electron/files/regular-file.ts';
import { makePrivateFolder, replaceFile } from '#electron/files/replace.ts';
import { env } from '#electron/engine/runtime/onnxruntime.ts';

/** Raised when a way to write something changes behind its name, so that it is measured anew. */
const format = 2;

const entrySchema = z.object({
  choice: z.string(),
  /** What is taken where nobody has measured. */
  usual: z.string(),
  /** Milliseconds of each way that ran. */
  ms: z.record(z.string(), z.number()),
});
export type TuningEntry = z.infer<typeof entrySchema>;

const entriesSchema = z.record(z.string(), entrySchema);
const fileSchema = z.object({ format: z.literal(format), machines: z.record(z.string(), entriesSchema) });
type Machines = z.infer<typeof fileSchema>['machines'];

/** All that measurements hold for. */
export function machineName(device: ConcreteDevice, channelBlock: number | undefined): string {
  const blocks = channelBlock === undefined ? [] : [`blocks of ${channelBlock}`];
  const processor = `${cpus()[0]?.model.trim() || 'processor'}, ${availableParallelism()} threads`;
  return [device, processor, `onnxruntime ${env.versions.common}`, ...blocks].join(', ');
}

export class TuningTable {
  readonly #file: string;
  readonly #machine: string;
  #entries: Readonly<Record<string, TuningEntry>>;
  /** Why what the file holds is not used. */
  readonly problem: Problem | undefined;

  constructor(file: string, machine: string) {
    this.#file = file;
    this.#machine = machine;
    const { machines, problem: fault } = read(file);
    this.#entries = machines[machine] ?? {};
    this.problem = fault;
  }

  get(place: string): TuningEntry | undefined {
    return this.#entries[place];
  }

  get choices(): Choices {
    return Object.fromEntries(Object.entries(this.#entries).map(([place, { choice }]) => [place, choice]));
  }

  /**
   * Keeps one more, beside what other processes have kept meanwhile.
   * @throws GraftError `document.disk-full`, `document.unwritable`; this process goes by it all the same
   */
  keep(place: string, entry: TuningEntry): void {
    this.#entries = { ...this.#entries, [place]: entry };
    const { machines } = read(this.#file);
    const own = { ...machines[this.#machine], ...this.#entries };
    const text = `${JSON.stringify({ format, machines: { ...machines, [this.#machine]: own } }, undefined, 2)}\n`;
    writing(this.#file, () => makePrivateFolder(dirname(this.#file)));
    replaceFile(this.#file, [Buffer.from(text)]);
  }
}

/** Nothing, where there is no file yet; nothing and why, where it cannot be read. */
function read(file: string): { machines: Machines; problem?: Problem } {
  let text: string;
  try {
    text = readTextSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { machines: {} } : damaged(file, message);
  }
  try {
    return { machines: fileSchema.parse(JSON.parse(text)).machines };
  } catch {
    return damaged(file, 'it holds something else than this version of Graft writes.');
  }
}

function damaged(path: string, reason: string): { machines: Machines; problem: Problem } {
  return { machines: {}, problem: problem('cache.tuning-unreadable', { path, reason }) };
}
