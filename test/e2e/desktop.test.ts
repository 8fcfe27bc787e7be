/** The real desktop program, where its binary and a display are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildBundle, bundles } from '#config/build.ts';
import { electronBinary, missingDisplay } from '#config/desktop-runtime.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryHome } from './support/temporary-home.ts';

const { root } = locateProgram();
const binary = electronBinary();
const missing =
  binary === undefined ? 'the Electron binary has not been fetched' : missingDisplay(process.env, process.platform);

describe('the desktop program', () => {
  const home = temporaryHome();
  let program: ElectronApplication | undefined;
  let page: Page;

  beforeAll(async () => {
    if (missing !== undefined) return;
    for (const bundle of bundles) await buildBundle(bundle);
    const rootUser = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    program = await _electron.launch({
      executablePath: binary ?? '',
      args: [...rootUser, root],
      env: { ...(process.env as Record<string, string>), GRAFT_HOME: home.folder },
    });
    page = await program.firstWindow();
  });

  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  afterAll(async () => {
    await program?.close();
    home.remove();
  });

  test('shows the workbench from its own scheme', async () => {
    expect(page.url()).toBe('graft://app/');
    await page.getByRole('button', { name: 'Try the sample' }).waitFor();
  });

  test('gives the page no Node and one bridge', async () => {
    const found = await page.evaluate(() => ({
      node: typeof (globalThis as { require?: unknown }).require,
      bridge: Object.keys((globalThis as { graft?: object }).graft ?? {}),
    }));
    expect(found).toEqual({ node: 'undefined', bridge: ['pathForFile'] });
  });

  test('lets the page go nowhere else', async () => {
    await page.evaluate(() => void (location.href = 'https://example.org/'));
    const opened = await page.evaluate(() => window.open('https://example.invalid/') === null);
    expect([page.url(), opened]).toEqual(['graft://app/', true]);
  });

  test('carries the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await program?.evaluate(({ app }) => app.getVersion())).toBe(version);
  });
});
