/**
 * The browser hosts that run for this person, so that another command can ask one for a window. Each has a file in the
 * data home that only its owner can read, with a token for that question alone.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readText } from '#electron/files/regular-file.ts';
import { privateFile, writeAtomically } from '#electron/files/replace.ts';
import { isRunning, processMark } from '#electron/files/process-mark.ts';

const hostSchema = z.object({
  process: z.object({ id: z.number(), started: z.string() }),
  /** ISO 8601. */
  since: z.string(),
  port: z.number(),
  token: z.string(),
});
export type RunningHost = z.infer<typeof hostSchema>;

/** Says that this process serves windows. @returns what takes it back */
export async function announceHost(folder: string, port: number, token: string): Promise<() => Promise<void>> {
  const file = join(folder, `${process.pid}.json`);
  const since = new Date().toISOString();
  const host: RunningHost = { process: await processMark(process.pid), since, port, token };
  await writeAtomically(file, `${JSON.stringify(host)}\n`, privateFile);
  return () => rm(file, { force: true });
}

/** Those that still run, the one started last first; what others left behind is cleared away. */
export async function runningHosts(folder: string): Promise<RunningHost[]> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(names.map((name) => lookAt(join(folder, name))));
  return found.flat().toSorted((left, right) => right.since.localeCompare(left.since));
}

async function lookAt(file: string): Promise<RunningHost[]> {
  const host = hostSchema.safeParse(
    await readText(file)
      .then((text): unknown => JSON.parse(text))
      .catch(() => undefined),
  );
  if (host.success && (await isRunning(host.data.process))) return [host.data];
  await rm(file, { force: true });
  return [];
}
