/** Newer versions, from a feed on this machine, through electron-updater's own code. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { UpdateFeed } from '#electron/main/update-feed.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { connect, forget, ownFrame, start, type Started } from './desktop-host.ts';
import * as standIn from './electron-stand-in.ts';

const { told } = standIn;
vi.mock('electron', () => import('./electron-stand-in.ts'));

// electron-updater loads the module in Node's older way, which no mock of this runner reaches.
const nodeRequire = createRequire(import.meta.url);
const place = nodeRequire.resolve('electron');
nodeRequire.cache[place] = { id: place, filename: place, loaded: true, exports: standIn } as unknown as NodeJS.Module;

beforeEach(() => {
  forget();
  told.userData = temporaryFolder();
  standIn.app.isPackaged = true;
});

interface Server {
  readonly url: string;
  /** Addresses asked for, without what keeps caches away, and a header of each. */
  readonly asked: string[];
  readonly identities: unknown[];
}

const installer = Buffer.from('an installer');

/** Announces `version` on a port of this machine. */
async function announce(version: string): Promise<Server> {
  const sha512 = createHash('sha512').update(installer).digest('base64');
  const file = { url: `Graft-${version}.exe`, sha512, size: installer.length };
  const news = JSON.stringify({ version, files: [file], path: file.url, sha512, releaseDate: '2026-01-01T00:00:00Z' });
  const asked: string[] = [];
  const identities: unknown[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push(path);
    identities.push(request.headers['x-user-staging-id']);
    // As of any kind of platform: which one is asked for depends on where the test runs.
    if (/^\/graft\/latest[^/]*\.yml$/u.test(path)) response.end(news);
    else if (path.endsWith('.exe')) response.end(installer);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graft`, asked, identities };
}

function feedOf({ url }: Server, publisherName?: readonly string[]): object {
  return { provider: 'generic', url, page: 'https://example.org/get', updaterCacheDirName: 'graft', publisherName };
}

const startWith = (feed: object | undefined): Promise<Started> =>
  start({ packed: true, ...(feed ? { inside: { 'out/main/update-feed.json': JSON.stringify(feed) } } : {}) });

function entries(): MenuItemConstructorOptions[] {
  const all = told.menu.flatMap(({ submenu }) => (submenu ?? []) as MenuItemConstructorOptions[]);
  return all.filter(({ label }) => label?.includes('updates'));
}

async function choose(label: RegExp, checked = false): Promise<void> {
  const found = await vi.waitFor(() => {
    const entry = entries().find((one) => label.test(one.label ?? ''));
    expect(entry).toBeDefined();
    return entry;
  });
  const click = found?.click as ((item: { checked: boolean }) => void) | undefined;
  click?.({ checked });
}

const kept = ({ folder }: Started): { updates?: boolean } =>
  JSON.parse(readFileSync(join(folder, 'home', 'settings.json'), 'utf8')) as { updates?: boolean };

describe('newer versions', () => {
  beforeEach(() => void vi.spyOn(process, 'platform', 'get').mockReturnValue('linux'));

  test('are no part of a program that was packaged without a feed', async () => {
    await start({ packed: true });
    await connect(ownFrame).client.settings.read();
    expect(entries()).toEqual([]);
  });

  test('are not looked for until a person asks, and not then if they think again', async () => {
    const server = await announce('2.0.0');
    await startWith(feedOf(server));
    told.answers.push(1);
    await choose(/now/u);
    await vi.waitFor(() => expect(told.asked).toHaveLength(1));
    await new Promise(setImmediate);
    expect(told.asked[0]?.detail).toContain(new URL(server.url).host);
    expect(server.asked).toEqual([]);
  });

  test('are told of where nothing can check who made them, and shown in the browser', async () => {
    const server = await announce('2.0.0');
    await startWith(feedOf(server));
    told.answers.push(0);
    await choose(/now/u);
    await vi.waitFor(() => expect(told.opened).toEqual(['https://example.org/get']));
    expect(told.asked.map(({ message }) => message)).toEqual([
      'Look for a newer version of Graft?',
      expect.stringMatching(/^Graft 2\.0\.0 is there\. This is /u) as string,
      'Open a page of example.org in your browser?',
    ]);
    expect(server.asked).toEqual([expect.stringMatching(/^\/graft\/latest.*\.yml$/u) as string]);
    // electron-updater's lasting number of the person's own is not sent.
    expect(server.identities).toEqual(['none']);
  });

  test('that are none are said to be none', async () => {
    const server = await announce('1.0.0');
    await startWith(feedOf(server));
    told.answers.push(0);
    await choose(/now/u);
    await vi.waitFor(() => expect(told.asked.at(-1)?.message).toMatch(/is the newest version/u));
  });

  test('older than this one are not offered', async () => {
    const server = await announce('0.0.1');
    await startWith(feedOf(server));
    told.answers.push(0);
    await choose(/now/u);
    await vi.waitFor(() => expect(told.asked.at(-1)?.message).toMatch(/is the newest version/u));
  });

  test('that cannot be looked for are a problem with a code', async () => {
    const server = await announce('2.0.0');
    await startWith(feedOf({ ...server, url: `${server.url}/nowhere` }));
    told.answers.push(0);
    await choose(/now/u);
    await vi.waitFor(() => expect(told.asked.at(-1)?.detail).toContain('program.update-failed'));
  });

  test('are looked for at every start once that is turned on, after a question, until it is turned off', async () => {
    const server = await announce('1.0.0');
    const started = await startWith(feedOf(server));
    told.answers.push(1, 0);
    await choose(/every start/u, true);
    await vi.waitFor(() => expect(kept(started).updates).toBe(false));
    expect(server.asked).toEqual([]);
    expect(entries().at(-1)?.checked).toBe(false);

    await choose(/every start/u, true);
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    expect([kept(started).updates, entries().at(-1)?.checked]).toEqual([true, true]);

    const questions = told.asked.length;
    await choose(/every start/u, false);
    await vi.waitFor(() => expect(kept(started).updates).toBe(false));
    // Nothing new is nothing to say at a start, and turning it off is no question.
    expect([told.asked.length, server.asked.length]).toEqual([questions, 1]);
  });
});

test('a start with updates turned on looks once, a start without never', async () => {
  const { Updates } = await import('#electron/main/updates.ts');
  const { SettingsFile } = await import('#electron/services/settings.ts');
  const settings = new SettingsFile(join(temporaryFolder(), 'settings.json'));
  let looked = 0;
  const updates = (): InstanceType<typeof Updates> =>
    new Updates({
      feed: { ...feedOf({ url: 'https://example.org', asked: [], identities: [] }), file: '' } as UpdateFeed,
      settings,
      version: '1.0.0',
      open: () => Promise.resolve({ check: () => Promise.resolve(void (looked += 1)) }),
      onEntries: () => undefined,
      log: () => undefined,
    });
  await updates().start();
  expect(looked).toBe(0);
  await settings.write({ updates: true });
  await updates().start();
  expect([looked, told.asked]).toEqual([1, []]);
});

describe('on Windows', () => {
  async function source(publisherName?: readonly string[]) {
    const { openUpdateSource } = await import('#electron/main/update-source.ts');
    const server = await announce('2.0.0');
    const file = join(temporaryFolder(), 'update-feed.json');
    const feed = feedOf(server, publisherName);
    writeFileSync(file, JSON.stringify(feed));
    vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const lines: string[] = [];
    const opened = openUpdateSource({ ...feed, file } as UpdateFeed, 'win32', (line) => lines.push(line));
    return { opened, server, lines };
  }

  test('an installer that nobody can check is fetched by nobody', async () => {
    const { opened } = await source();
    expect([await opened.check(), opened.fetch]).toEqual(['2.0.0', undefined]);
  });

  // This machine has no Authenticode to ask: just the case that electron-updater itself lets pass.
  test.skipIf(process.platform === 'win32')('an installer whose signature cannot be read is refused', async () => {
    // The command is one for Windows: another shell takes its null device for a file.
    onTestFinished(() => rmSync('NUL', { force: true }));
    const { opened, server, lines } = await source(['The Graft authors']);
    await expect(opened.check()).resolves.toBe('2.0.0');
    await expect(opened.fetch?.()).rejects.toMatchObject({
      code: 'ERR_UPDATER_INVALID_SIGNATURE',
      message: expect.stringMatching(/not signed by the application owner/u) as string,
    });
    expect(server.asked.at(-1)).toMatch(/\.exe$/u);
    expect(lines.join('\n')).toMatch(/Ignoring signature validation/u);
  });
});
