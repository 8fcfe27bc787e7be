import { chmodSync, existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { locateDataHome, prepareDataHome } from '#electron/services/data-home.ts';
import { collect } from '#test/support/collect.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe.runIf(process.platform !== 'win32')('the data home', () => {
  it('is for its owner alone, also where it was there before', async () => {
    const root = join(temporaryFolder(), 'deep', 'home');
    const home = locateDataHome({ GRAFT_HOME: root });
    await prepareDataHome(home);
    expect(modeOf(root)).toBe(0o700);
    chmodSync(root, 0o755);
    await prepareDataHome(home);
    expect(modeOf(root)).toBe(0o700);
  });

  it('holds nothing that others could read', async () => {
    const { home, settings, recoveries, runs, documents, folder } = await testServices();
    await settings.write({ theme: 'dark' });
    await recoveries.keep('key', '', emptyDocument);
    await documents.save(emptyDocument, join(folder, 'mine.graft'));
    const run = await runs.start(emptyDocument, '', 'cpu');
    await collect(await runs.watch(run));
    for (const place of [home.root, home.recovery, home.runs, run]) expect(modeOf(place), place).toBe(0o700);
    for (const file of [home.settings, home.recent]) expect(modeOf(file), file).toBe(0o600);
    // What a person saves elsewhere is as open as their other files.
    writeFileSync(join(folder, 'other'), '');
    expect(modeOf(join(folder, 'mine.graft'))).toBe(modeOf(join(folder, 'other')));
  });

  it('is rid of what was left unfinished, but not of what is being written', async () => {
    const home = locateDataHome({ GRAFT_HOME: temporaryFolder() });
    mkdirSync(home.recovery);
    const [old, fresh] = ['.settings.json.1.tmp', '.settings.json.2.tmp'].map((name) => join(home.root, name)) as [
      string,
      string,
    ];
    for (const file of [old, fresh, join(home.root, 'notes.tmp')]) writeFileSync(file, '');
    utimesSync(old, 0, 0);
    utimesSync(join(home.root, 'notes.tmp'), 0, 0);
    await prepareDataHome(home);
    expect([old, fresh, join(home.root, 'notes.tmp')].map((file) => existsSync(file))).toEqual([false, true, true]);
  });
});
