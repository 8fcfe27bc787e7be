/**
 * A run that goes on although the host that started it has gone: it is followed by what it writes into its folder, and
 * told what to do by a file there.
 */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { EngineInput } from '#shared/protocol/engine.ts';
import { ordersFile, runEventSchema, type RunEvent } from '#shared/protocol/run.ts';
import { CheckedReader } from '#electron/files/checked-lines.ts';
import { holderOf } from '#electron/files/lock.ts';
import { privateFile, writeAtomically } from '#electron/files/replace.ts';

/** Milliseconds between two looks. */
const pace = 500;
/** Bytes read at a time. */
const pieceBytes = 1 << 20;

/** Runs under a folder that go on alone. */
export async function abandonedRuns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const run = join(folder, name);
      const holder = await holderOf(run).catch(() => undefined);
      return holder?.alone ? [run] : [];
    }),
  );
  return found.flat();
}

export async function order(run: string, input: EngineInput<'control'>): Promise<void> {
  await writeAtomically(join(run, ordersFile), `${JSON.stringify(input)}\n`, privateFile);
}

/** What a run has written and writes, until `stop` fires or the process that writes it is gone. */
export async function* follow(run: string, stop: AbortSignal): AsyncGenerator<RunEvent[], void, void> {
  const reader = new CheckedReader();
  const decoder = new StringDecoder('utf8');
  let at = 0;
  let rest = '';
  while (!stop.aborted) {
    // Looked for before the file is read: what a process wrote before its end is then read all the same.
    const isHeld = (await holderOf(run).catch(() => undefined)) !== undefined;
    const piece = await readFrom(join(run, 'metrics.jsonl'), at);
    at += piece.length;
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    const events = lines.flatMap((line) => {
      const parsed = runEventSchema.safeParse(reader.read(line));
      return parsed.success ? [parsed.data] : [];
    });
    if (events.length > 0) yield events;
    if (piece.length === pieceBytes) continue;
    if (!isHeld) return;
    await new Promise((resolve) => {
      setTimeout(resolve, pace);
    });
  }
}

async function readFrom(file: string, start: number): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(pieceBytes), 0, pieceBytes, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
