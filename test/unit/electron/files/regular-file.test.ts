/** What is no file is not opened: reading a pipe would never end. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFile, openFileSync, readBytes, readText, readTextSync } from '#electron/files/regular-file.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const posix = process.platform !== 'win32';

const ways: readonly [string, (path: string) => Promise<unknown>][] = [
  ['openFileSync', async (path) => openFileSync(path)],
  ['openFile', (path) => openFile(path)],
  ['readTextSync', async (path) => readTextSync(path)],
  ['readText', (path) => readText(path)],
  ['readBytes', (path) => readBytes(path)],
];

describe.each(ways)('%s', (_name, read) => {
  it('refuses a folder by its kind', async () => {
    const folder = join(temporaryFolder(), 'd.onnx');
    mkdirSync(folder);
    const refusal = { code: 'files.not-a-file', message: `${folder} is a folder, not a file.` };
    await expect(read(folder)).rejects.toMatchObject(refusal);
  });

  it.runIf(posix)('refuses a pipe, and a link to one, at once', async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, 'model.onnx');
    execFileSync('mkfifo', [pipe]);
    symlinkSync(pipe, join(folder, 'link.onnx'));
    for (const path of [pipe, join(folder, 'link.onnx')]) {
      const refusal = { code: 'files.not-a-file', message: expect.stringContaining('a pipe') as string };
      await expect(read(path)).rejects.toMatchObject(refusal);
    }
  });

  it.runIf(posix)('refuses a device and a socket', async () => {
    await expect(read('/dev/zero')).rejects.toMatchObject({ code: 'files.not-a-file' });
    const path = join(temporaryFolder(), 's');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    onTestFinished(() => void server.close());
    await expect(read(path)).rejects.toMatchObject({ message: expect.stringContaining('a socket') as string });
  });

  it('says what the system says of a file that is not there', async () => {
    await expect(read(join(temporaryFolder(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('a file is read whole, up to a limit that is asked before anything is read', async () => {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, 'hello');
  closeSync(openFileSync(file));
  expect(readTextSync(file, 5)).toBe('hello');
  expect(await readText(file, 5)).toBe('hello');
  expect(() => readTextSync(file, 4)).toThrow(`${file} has 5 B; Graft reads at most 4 B of such a file.`);
  await expect(readBytes(file, 4)).rejects.toMatchObject({ code: 'files.too-large' });
});
