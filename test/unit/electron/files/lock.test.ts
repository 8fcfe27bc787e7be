/** One writer a folder, however its process ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holderOf, lockFolder } from '#electron/files/lock.ts';
import { isRunning, processMark } from '#electron/files/process-mark.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const locks = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.lock'));

/** Another process that holds the folder until it is ended. */
async function heldElsewhere(folder: string): Promise<ChildProcess> {
  const program = `
    import { lockFolder } from '#electron/files/lock.ts';
    await lockFolder(process.argv[1]);
    process.stdout.write('held');
    setInterval(() => undefined, 1000);
  `;
  const { node, root } = locateProgram();
  const child = spawn(node, ['--input-type=module-typescript', '--eval', program, folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('lockFolder', () => {
  it('refuses a second writer, of this process or of another, and says who it is', async () => {
    const folder = temporaryFolder();
    const own = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'run.locked' });
    await own.release();
    const other = await heldElsewhere(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'run.locked',
      message: expect.stringContaining(`process ${other.pid}`) as string,
    });
    expect(locks(folder)).toHaveLength(1);
  });

  it('outlives no process: what a killed one leaves behind holds nothing', async () => {
    const folder = temporaryFolder();
    const other = await heldElsewhere(folder);
    expect(await holderOf(folder)).toMatchObject({ process: { id: other.pid }, alone: false });
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    expect(locks(folder)).toHaveLength(1);
    const own = await lockFolder(folder);
    expect(locks(folder)).toHaveLength(1);
    await own.release();
    expect(locks(folder)).toEqual([]);
  });

  it('is not fooled by another process that was given the same number', async () => {
    const folder = temporaryFolder();
    const { id, started } = await processMark(process.pid);
    const file = join(folder, 'writer-00.lock');
    const write = (mark: object, computer = hostname()): void =>
      writeFileSync(file, JSON.stringify({ process: mark, computer, since: '2026-01-01', alone: false }));
    write({ id, started: `${started} and later` });
    expect(await holderOf(folder)).toBeUndefined();
    expect(locks(folder)).toEqual([]);
    write({ id, started });
    expect(await holderOf(folder)).toBeDefined();
    // Another computer's processes cannot be asked after.
    write({ id, started: `${started} and later` }, 'another');
    expect(await holderOf(folder)).toMatchObject({ computer: 'another' });
  });

  it('never lets two in that begin at the same moment', async () => {
    const folder = temporaryFolder();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const held = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(held.length).toBeLessThanOrEqual(1);
    expect(locks(folder)).toHaveLength(held.length);
  });

  it('takes a file that says nothing for nothing', async () => {
    const folder = temporaryFolder();
    for (const [index, text] of ['', '{', 'null', '{"process":{}}'].entries())
      writeFileSync(join(folder, `writer-${index}.lock`), text);
    const own = await lockFolder(folder);
    await own.standAlone();
    expect(await holderOf(folder)).toMatchObject({ process: { id: process.pid }, alone: true });
    await own.release();
    expect(locks(folder)).toEqual([]);
  });
});

describe('isRunning', () => {
  it('knows this process, and a number that nobody has', async () => {
    expect(await isRunning(await processMark(process.pid))).toBe(true);
    expect(await isRunning({ id: 2 ** 22 + 7, started: 'ever' })).toBe(false);
  });

  it.runIf(process.platform === 'linux')('takes a process that has ended but is still listed for gone', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 0.01 & exec sleep 60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const mark = await processMark(child.pid!);
    expect(await isRunning(mark)).toBe(true);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await isRunning(mark)).toBe(false);
  });
});
