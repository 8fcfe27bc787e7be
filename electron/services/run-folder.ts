/** Reads run folders: plain files that anyone can read, so a damaged one is left out and never touched. */
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { GraftError } from '#shared/messages/error.ts';
import {
  evaluationSchema,
  runEventSchema,
  type Evaluation,
  type RunEvent,
  type RunSummary,
} from '#shared/protocol/run.ts';
import { readIfPresent } from '#electron/files/replace.ts';
import { withAbsolutePaths } from './document-paths.ts';
import { EventHistory } from './event-history.ts';

/** The part of `run.json` that a list of runs shows. */
const planSchema = z.object({
  title: z.string().default(''),
  started: z.string(),
  device: z.string().default(''),
  classes: z.array(z.string()).default([]),
});

/** Enough of the end of `metrics.jsonl` to hold how a run ended. */
const tailBytes = 256 * 1024;

const files = {
  plan: 'run.json',
  metrics: 'metrics.jsonl',
  evaluation: 'evaluation.json',
  model: 'model.onnx',
  project: 'project.graft',
};

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
  return found.flat().toSorted((left, right) => right.started.localeCompare(left.started));
}

async function summarize(run: string, live: string | undefined): Promise<RunSummary[]> {
  try {
    const plan = planSchema.parse(JSON.parse(await readFile(join(run, files.plan), 'utf8')));
    const { status, best } = endOf(await readTail(join(run, files.metrics)));
    return [
      {
        run,
        title: plan.title,
        started: plan.started,
        status: run === live ? 'running' : status,
        classes: plan.classes.length,
        device: plan.device,
        ...(best ? { best } : {}),
      },
    ];
  } catch {
    return [];
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

function* eventsBackwards(tail: string): Generator<RunEvent> {
  for (let end = tail.length; end > 0;) {
    const start = tail.lastIndexOf('\n', end - 1) + 1;
    yield* parseEvent(tail.slice(start, end));
    end = start - 1;
  }
}

/** Everything a run has said, with what it repeated after a resume only once. */
export async function readEvents(run: string): Promise<RunEvent[]> {
  if ((await stat(join(run, files.metrics)).catch(() => undefined)) === undefined) return [];
  const history = new EventHistory();
  const lines = createInterface({ input: createReadStream(join(run, files.metrics), 'utf8'), crlfDelay: Infinity });
  for await (const line of lines) history.append(parseEvent(line));
  return history.events();
}

async function readTail(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** A line cut off by a crash, or one of a later version, is skipped. */
function parseEvent(line: string): RunEvent[] {
  try {
    const parsed = runEventSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
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
