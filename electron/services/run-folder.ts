/** Reads run folders: plain files that anyone can read, so a damaged one is left out and never touched. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { shortened } from '#shared/core/format.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { differences } from '#shared/document/difference.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import {
  evaluationSchema,
  runEventSchema,
  type Evaluation,
  type RunEvent,
  type RunSummary,
} from '#shared/protocol/run.ts';
import { CheckedReader } from '#electron/files/checked-lines.ts';
import { holderOf } from '#electron/files/lock.ts';
import { openFile, readText } from '#electron/files/regular-file.ts';
import { privateFile, readIfPresent, writeAtomically } from '#electron/files/replace.ts';
import { withAbsolutePaths } from './document-paths.ts';
import { EventHistory } from './event-history.ts';

/** The part of `run.json` that a list of runs shows. */
const planSchema = z.object({
  title: z.string().default(''),
  started: z.string(),
  device: z.string().default(''),
  classes: z.array(z.string()).default([]),
});

/** Characters of a name in a list. */
const longestName = 200;

/** Enough of the end of `metrics.jsonl` to hold how a run ended. */
const tailBytes = 256 * 1024;

const files = {
  plan: 'run.json',
  metrics: 'metrics.jsonl',
  evaluation: 'evaluation.json',
  model: 'model.onnx',
  project: 'project.graft',
  /** Beside the record, which is its trainer's to write. */
  name: 'name.txt',
};

/** Gives a run a name of the person's own; '' takes it away. */
export async function nameRun(run: string, name: string): Promise<void> {
  await requireRun(run);
  if (name === '') await rm(join(run, files.name), { force: true });
  else await writeAtomically(join(run, files.name), name, privateFile);
}

export function modelOf(run: string): string {
  return join(run, files.model);
}

/** Throws `run.missing` when the folder is not a run's. */
export async function requireRun(run: string): Promise<void> {
  const found = await stat(join(run, files.plan)).catch(() => undefined);
  if (!found?.isFile()) throw new GraftError('run.missing', { path: run });
}

/** All runs under a folder, newest first. `live` is the run in progress. */
export async function listRuns(folder: string, live: string | undefined): Promise<RunSummary[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const found = await Promise.all(names.map((name) => summarize(join(folder, name), live)));
  const newest = found.flat().toSorted((left, right) => right.started.localeCompare(left.started));
  const compared = newest.slice(0, mostCompared).map((run, place) => withChanges(run, newest.slice(place + 1)));
  return [...(await Promise.all(compared)), ...newest.slice(mostCompared)];
}

/** Of older runs nobody reads what was changed for them, and each takes its document to be read. */
const mostCompared = 60;
/** By run; what a run was started with never changes. */
const knownDocuments = new Map<string, GraftDocument>();

async function withChanges(run: RunSummary, older: readonly RunSummary[]): Promise<RunSummary> {
  const before = older.find(({ title }) => title === run.title);
  if (!before) return run;
  const documents = await Promise.all([before, run].map(documentOf));
  const [from, to] = documents;
  return from && to ? { ...run, changes: differences(from, to) } : run;
}

async function documentOf({ run }: RunSummary): Promise<GraftDocument | undefined> {
  const document = knownDocuments.get(run) ?? (await readRunDocument(run).catch(() => undefined));
  if (document) knownDocuments.set(run, document);
  for (const oldest of [...knownDocuments.keys()].slice(0, -2 * mostCompared)) knownDocuments.delete(oldest);
  return document;
}

async function summarize(run: string, live: string | undefined): Promise<RunSummary[]> {
  try {
    const plan = planSchema.parse(JSON.parse(await readText(join(run, files.plan))));
    const name = await readIfPresent(join(run, files.name)).catch(() => undefined);
    const { status, best } = endOf(await readTail(join(run, files.metrics)));
    return [
      {
        run,
        title: plan.title,
        ...(name === undefined || name === '' ? {} : { name: shortened(name, longestName) }),
        started: plan.started,
        status: run === live || (status === 'interrupted' && (await isHeld(run))) ? 'running' : status,
        classes: plan.classes.length,
        device: plan.device,
        ...(best ? { best } : {}),
      },
    ];
  } catch {
    return [];
  }
}

/** Whether another Graft writes there at this moment. */
async function isHeld(run: string): Promise<boolean> {
  return (await holderOf(run).catch(() => undefined)) !== undefined;
}

/** What the folder of a run may hold before its record. */
const bornWith = /^(?:checkpoints|project\.graft|metrics\.jsonl|\..*\.tmp)$/;

/** Deletes the folders of runs that were killed before they were any: without a record, and with nothing else in them. */
export async function clearAwayUnborn(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const run = join(folder, name);
    const entries = await readdir(run).catch((): string[] => []);
    // An empty one may be about to be filled.
    if (entries.length === 0 || entries.includes(files.plan) || (await isHeld(run))) continue;
    const left = await readdir(run).catch((): string[] => []);
    if (left.every((file) => bornWith.test(file)))
      await rm(run, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * How a run stands by what it said last, rather than by a stored status, which a killed process could not have updated.
 * Read backwards: of a run that is over, one line says it all.
 */
function endOf(tail: string): Pick<RunSummary, 'status' | 'best'> {
  let status: RunSummary['status'] | undefined;
  let lastBest: RunSummary['best'];
  for (const event of eventsBackwards(tail)) {
    if (event.event === 'done') return { status: status ?? 'done', best: event.best };
    if (event.event === 'error') status ??= 'failed';
    if (event.event === 'step') status ??= 'interrupted';
    if (event.event === 'epoch' && event.best && !lastBest) lastBest = { epoch: event.epoch, ...event.validation };
    if (status && lastBest) break;
  }
  return { status: status ?? 'interrupted', ...(lastBest ? { best: lastBest } : {}) };
}

/** A line cut off by a crash, one of a later version, or one that is damaged is skipped. */
function* eventsBackwards(tail: string): Generator<RunEvent> {
  const reader = new CheckedReader();
  for (let end = tail.length; end > 0;) {
    const start = tail.lastIndexOf('\n', end - 1) + 1;
    yield* readEvent(reader, tail.slice(start, end).trimEnd());
    end = start - 1;
  }
}

/** Everything a run has said, with what it repeated after a resume only once. */
export async function readEvents(run: string): Promise<RunEvent[]> {
  if ((await stat(join(run, files.metrics)).catch(() => undefined)) === undefined) return [];
  const history = new EventHistory();
  const file = join(run, files.metrics);
  const reader = new CheckedReader();
  const handle = await openFile(file);
  const lines = createInterface({ input: handle.createReadStream({ encoding: 'utf8' }), crlfDelay: Infinity });
  // A last line without an end was cut off by a crash, and was never whole.
  let last: string | undefined;
  for await (const line of lines) {
    if (last !== undefined) history.append(readEvent(reader, last));
    last = line;
  }
  if (last !== undefined && (await endsWithNewline(file))) history.append(readEvent(reader, last));
  const events = history.events();
  if (reader.damaged === 0) return events;
  const damaged = problem('run.metrics-damaged', { path: file, lines: reader.damaged });
  return [{ event: 'warning', ...damaged }, ...events];
}

function readEvent(reader: CheckedReader, line: string): RunEvent[] {
  const parsed = runEventSchema.safeParse(reader.read(line));
  return parsed.success ? [parsed.data] : [];
}

async function endsWithNewline(file: string): Promise<boolean> {
  return (await readTail(file, 1)) === '\n';
}

async function readTail(file: string, most = tailBytes): Promise<string> {
  const handle = await openFile(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, most);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** The document as trained, its paths absolute. Throws `document.missing`, `document.corrupt`, `document.newer`. */
export async function readRunDocument(run: string): Promise<GraftDocument> {
  const file = join(run, files.project);
  const text = await readIfPresent(file);
  if (text === undefined) throw new GraftError('document.missing', { path: file });
  return withAbsolutePaths(parseDocument(text, file), file);
}

/** The stored evaluation; undefined when the run has none yet. */
export async function readEvaluation(run: string): Promise<Evaluation | undefined> {
  const text = await readIfPresent(join(run, files.evaluation));
  if (text === undefined) return undefined;
  try {
    return evaluationSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Changes whenever the run has a newer checkpoint; '' without any. */
export async function checkpointMark(run: string): Promise<string> {
  const folder = join(run, 'checkpoints');
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.safetensors'));
  const marks = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found ? `${name}:${found.mtimeMs}:${found.size}` : '';
    }),
  );
  return marks.toSorted().join('|');
}
