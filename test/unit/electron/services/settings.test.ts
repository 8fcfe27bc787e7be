import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateDataHome } from '#electron/services/data-home.ts';
import { defaultSettings, SettingsFile } from '#electron/services/settings.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

describe('settings', () => {
  test('are the defaults until changed, and keep what was not changed', async () => {
    const file = join(temporaryFolder(), 'home', 'settings.json');
    const settings = new SettingsFile(file);
    await expect(settings.read()).resolves.toEqual(defaultSettings);
    await settings.write({ theme: 'dark' });
    await settings.write({ device: 'cpu' });
    await expect(settings.read()).resolves.toEqual({ ...defaultSettings, theme: 'dark', device: 'cpu' });
  });

  test('survive a value of another version and a damaged file', async () => {
    const file = join(temporaryFolder(), 'settings.json');
    writeFileSync(file, '{"theme": "sepia", "device": "cpu"}');
    await expect(new SettingsFile(file).read()).resolves.toEqual({ ...defaultSettings, device: 'cpu' });
    writeFileSync(file, '{"theme');
    await expect(new SettingsFile(file).read()).resolves.toEqual(defaultSettings);
    expect(readFileSync(file, 'utf8')).toBe('{"theme');
  });
});

describe('the data home', () => {
  test.each([
    ['linux', { GRAFT_HOME: '/x/y' }, '/x/y'],
    ['linux', { HOME: '/home/ann' }, '/home/ann/.local/share/graft'],
    ['linux', { HOME: '/home/ann', XDG_DATA_HOME: '/data' }, '/data/graft'],
    ['darwin', { HOME: '/Users/ann' }, '/Users/ann/Library/Application Support/Graft'],
  ] as const)('on %s with %j is %s', (platform, environment, root) => {
    expect(locateDataHome(environment, platform).root).toBe(root);
  });
});
