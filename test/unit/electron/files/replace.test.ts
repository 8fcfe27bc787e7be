/** Files are replaced whole, never through a link, and never by way of a name that others can foresee. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateFile, replaceFile, unfinishedName, writeAtomically, writeNewFile } from '#electron/files/replace.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const posix = process.platform !== 'win32';
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('unfinishedName', () => {
  it('lies beside its goal, hidden, and is another one each time', () => {
    const names = new Set(Array.from({ length: 100 }, () => unfinishedName('/somewhere/model.onnx')));
    expect(names.size).toBe(100);
    for (const name of names) expect(name).toMatch(/^[/\\]somewhere[/\\]\.model\.onnx\.[0-9a-f]{18}\.tmp$/);
  });

  it('fits where its goal does, however long that is', () => {
    const longest = `${'ü'.repeat(120)}.graft`;
    expect(Buffer.byteLength(unfinishedName(longest))).toBeLessThanOrEqual(255);
  });
});

describe.each([
  ['in turn', (path: string, text: string, mode?: number) => writeAtomically(path, text, mode)],
  [
    'in this thread',
    async (path: string, text: string, mode?: number) => replaceFile(path, [Buffer.from(text)], mode ? { mode } : {}),
  ],
] as const)('a file that is replaced %s', (_how, write) => {
  it('has the new content, and nothing is left beside it', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.json');
    writeFileSync(file, 'old');
    await write(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it.runIf(posix)('is for its owner alone where it is private', async () => {
    const file = join(temporaryFolder(), 'a.json');
    await write(file, 'secret', privateFile);
    expect(modeOf(file)).toBe(0o600);
  });

  it('is as it was where writing fails, and the error has a code', async () => {
    const folder = temporaryFolder();
    const goal = join(folder, 'taken');
    mkdirSync(join(goal, 'inside'), { recursive: true });
    await expect(write(goal, 'new')).rejects.toMatchObject({ code: 'document.unwritable' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('writeAtomically', () => {
  it.runIf(posix)('keeps the mode of the person’s own file', async () => {
    const file = join(temporaryFolder(), 'a.graft');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    await writeAtomically(file, 'new');
    expect(modeOf(file)).toBe(0o640);
  });

  it.runIf(posix)('refuses a link by name and leaves what it points to', async () => {
    const folder = temporaryFolder();
    const target = join(folder, 'other.txt');
    writeFileSync(target, 'precious');
    const link = join(folder, 'a.graft');
    symlinkSync('other.txt', link);
    await expect(writeAtomically(link, 'new')).rejects.toMatchObject({
      code: 'files.is-link',
      message: expect.stringContaining(target) as string,
    });
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(readlinkSync(link)).toBe('other.txt');
  });
});

describe('replaceFile', () => {
  it.runIf(posix)('takes the place of a link, and leaves what it pointed to', () => {
    const folder = temporaryFolder();
    const target = join(folder, 'other.txt');
    writeFileSync(target, 'precious');
    const link = join(folder, 'run.json');
    symlinkSync(target, link);
    replaceFile(link, [Buffer.from('new')]);
    expect(readFileSync(link, 'utf8')).toBe('new');
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('keeps what was there when what was written does not prove itself', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'last');
    writeFileSync(file, 'old');
    const prove = (unfinished: string): void => {
      expect(readFileSync(unfinished, 'utf8')).toBe('new');
      throw new Error('it is damaged');
    };
    expect(() => replaceFile(file, [Buffer.from('new')], { prove })).toThrow('it is damaged');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['last']);
  });
});

describe('writeNewFile', () => {
  it('never writes into what is there, be it a link to nowhere', ({ skip }) => {
    skip(!posix, 'making links takes a privilege on Windows');
    const folder = temporaryFolder();
    const elsewhere = join(folder, 'elsewhere');
    symlinkSync(elsewhere, join(folder, 'part'));
    expect(() => writeNewFile(join(folder, 'part'), [Buffer.from('x')])).toThrow(/EEXIST/);
    expect(existsSync(elsewhere)).toBe(false);
  });
});
