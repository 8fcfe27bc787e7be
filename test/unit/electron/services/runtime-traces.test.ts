import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deleteTraces, findTraces, tracePlaces } from '#electron/services/runtime-traces.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

function leave(): { home: string; store: string; temporary: string } {
  const home = temporaryFolder();
  const store = join(home, '.cache', 'Microsoft', 'DeveloperTools', '.onnxruntime');
  const temporary = join(home, 'tmp');
  for (const folder of [store, temporary]) mkdirSync(folder, { recursive: true });
  for (const name of ['deviceid', 'onnxruntime.db', 'onnxruntime.db-wal']) writeFileSync(join(store, name), 'xx');
  for (const name of ['mat-debug-123.log', '.ses', 'mine.log', 'mat-debug-x.log'])
    writeFileSync(join(temporary, name), '');
  return { home, store, temporary };
}

describe('what the runtime left', () => {
  it('is looked for where the runtime writes', () => {
    const own = join('Microsoft', 'DeveloperTools', '.onnxruntime');
    const environment = { HOME: '/home/me', TMPDIR: '/t' };
    expect(tracePlaces(environment, 'linux')).toEqual({ store: join('/home/me/.cache', own), temporary: '/t' });
    const elsewhere = { ...environment, XDG_CACHE_HOME: '/c' };
    expect(tracePlaces(elsewhere, 'linux').store).toBe(join('/c', own));
    expect(tracePlaces(environment, 'darwin').store).toBe(join('/home/me/Library/Application Support', own));
    expect(tracePlaces(environment, 'win32').store).toBeUndefined();
  });

  it('is found and deleted, and nothing else', async () => {
    const { home, store, temporary } = leave();
    const found = await findTraces({ store, temporary });
    expect(found.map(({ path }) => path.slice(home.length + 1)).toSorted()).toEqual([
      join('.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid'),
      join('.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db'),
      join('.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db-wal'),
      join('tmp/.ses'),
      join('tmp/mat-debug-123.log'),
    ]);
    expect(found.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(6);
    expect(await deleteTraces({ store, temporary })).toEqual([]);
    expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false);
    expect(existsSync(join(home, '.cache'))).toBe(true);
    expect(existsSync(join(temporary, 'mine.log'))).toBe(true);
    expect(existsSync(join(temporary, 'mat-debug-x.log'))).toBe(true);
  });

  it('shares its folders with others, whose files stay', async () => {
    const { home, store, temporary } = leave();
    writeFileSync(join(home, '.cache', 'Microsoft', 'other'), '');
    await deleteTraces({ store, temporary });
    expect(existsSync(store)).toBe(false);
    expect(existsSync(join(home, '.cache', 'Microsoft', 'other'))).toBe(true);
  });

  it.runIf(process.platform !== 'win32')('is no link that somebody has put in its place', async () => {
    const { home, store, temporary } = leave();
    writeFileSync(join(home, 'precious'), '');
    symlinkSync(join(home, 'precious'), join(temporary, 'mat-debug-7.log'));
    await deleteTraces({ store, temporary });
    expect(existsSync(join(home, 'precious'))).toBe(true);
    expect(existsSync(join(temporary, 'mat-debug-7.log'))).toBe(true);
  });

  it('is nothing on a machine that never ran it', async () => {
    const folder = temporaryFolder();
    expect(await findTraces({ store: join(folder, 'none'), temporary: join(folder, 'none') })).toEqual([]);
    expect(await deleteTraces({ store: undefined, temporary: folder })).toEqual([]);
  });
});
