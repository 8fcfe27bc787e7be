import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { verifyProgram } from '#electron/main/integrity.ts';
import { runCommand } from '#electron/main/command-line.ts';
import { besideListFile } from '#electron/services/beside-files.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { connect, fetchPage, forget, ownFrame, start } from './desktop-host.ts';
import { told } from './electron-stand-in.ts';

vi.mock('electron', () => import('./electron-stand-in.ts'));
beforeEach(forget);

describe('a packed program', () => {
  test('that is as it was installed shows its window and starts its engine', async () => {
    await start({ packed: true });
    expect((await fetchPage('graft://app/')).status).toBe(200);
    await expect(connect(ownFrame).client.app.devices()).resolves.toMatchObject([{ device: 'cpu' }]);
    expect([told.failures, told.exitCode]).toEqual([[], undefined]);
  });

  test('whose engine was changed says so, starts none, and ends', async () => {
    const { program } = await start({
      packed: true,
      change: ({ root }) => writeFileSync(join(dirname(root), 'app.asar.unpacked/out/engine/main.js'), 'engine{}'),
    });
    const { client } = connect(ownFrame);
    await expect(client.app.devices()).rejects.toMatchObject({ data: { code: 'program.file-changed' } });
    // The window's own files are as they were.
    expect((await fetchPage('graft://app/')).status).toBe(200);
    await vi.waitFor(() => expect(told.exitCode).toBe(1));
    const changed = join(dirname(program.root), 'app.asar.unpacked/out/engine/main.js');
    expect(told.failures).toEqual([
      {
        title: 'Graft does not start',
        content: expect.stringMatching(
          /has been changed\.[^]*Install Graft again[^]*program\.file-changed$/u,
        ) as string,
      },
    ]);
    expect(told.failures[0]?.content).toContain(changed);
  });

  test('whose pages were changed serves none', async () => {
    await start({ packed: true, change: ({ renderer }) => writeFileSync(join(renderer, 'index.html'), 'other') });
    await expect(fetchPage('graft://app/')).rejects.toMatchObject({ code: 'program.file-changed' });
    await vi.waitFor(() => expect(told.exitCode).toBe(1));
  });

  test('that has lost its list does not start', async () => {
    await start({ packed: true, change: ({ root }) => rmSync(join(root, besideListFile)) });
    await vi.waitFor(() => expect(told.failures[0]?.content).toContain('program.list-unreadable'));
    await expect(fetchPage('graft://app/')).rejects.toMatchObject({ code: 'program.list-unreadable' });
  });
});

test('a checkout has no list and says nothing', async () => {
  const { pages, all } = verifyProgram(locateProgram());
  await expect(Promise.all([pages, all])).resolves.toEqual([undefined, undefined]);
});

test('a command is not run by a changed program', async () => {
  const folder = temporaryFolder();
  const ran = join(folder, 'ran');
  const commandLine = join(folder, 'command.js');
  writeFileSync(commandLine, `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')`);
  const program = { ...locateProgram(), commandLine };
  const { all } = verifyProgram({ root: join(folder, 'app.asar') });
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  await expect(runCommand({ program, allowed: all, words: ['devices'], log })).resolves.toBe(1);
  expect(lines.join('\n')).toMatch(/\(program\.list-unreadable\)\n {2}→ Install Graft again/u);
  expect(existsSync(ran)).toBe(false);
});
