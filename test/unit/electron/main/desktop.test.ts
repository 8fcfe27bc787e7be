import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { startDesktop } from '#electron/main/desktop.ts';
import { locateProgram } from '#electron/services/program.ts';
import { checkout, connect, fetchPage, forget, ownFrame, start } from './desktop-host.ts';
import { app, type BrowserWindow, told } from './electron-stand-in.ts';

vi.mock('electron', () => import('./electron-stand-in.ts'));

beforeEach(forget);

describe('the window', () => {
  test('is sandboxed, isolated and shows the program’s own page', async () => {
    await start();
    const [window] = told.windows;
    expect(window?.address).toBe('graft://app/');
    expect(window?.options.webPreferences).toMatchObject({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  test('gets its files from one folder, under a policy that allows nothing from elsewhere', async () => {
    await start();
    expect(told.schemes).toMatchObject([{ scheme: 'graft', privileges: { standard: true, secure: true } }]);
    const page = await fetchPage('graft://app/');
    expect(await page.text()).toBe('<title>workbench</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    for (const url of [
      'graft://app/%2e%2e/secret.html',
      'graft://app/..%2fsecret.html',
      'graft://other/',
      'graft://app/no.js',
    ]) {
      expect((await fetchPage(url)).status).toBe(404);
    }
  });
});

describe('the channel', () => {
  test('answers the contract to the program’s own page', async () => {
    await start();
    const { client, port } = connect(ownFrame);
    expect(port.started).toBe(true);
    await expect(client.app.info()).resolves.toMatchObject({ host: 'desktop' });
    await expect(client.app.devices()).resolves.toMatchObject([{ device: 'cpu' }]);
    await expect(client.documents.open({ path: '/nowhere.graft' })).rejects.toMatchObject({
      data: { code: 'document.missing' },
    });
  });

  test.each([
    ['another page', { url: 'https://example.org/', parent: null }],
    ['a frame inside ours', { url: 'graft://app/', parent: ownFrame }],
    ['a page that only looks like ours', { url: 'https://app/graft://app/', parent: null }],
    ['a frame that is gone', null],
  ])('is refused to %s', async (_, frame) => {
    const { lines } = await start();
    const { port } = connect(frame);
    expect([port.started, port.closed]).toEqual([false, true]);
    expect(lines.join()).toContain('refused a channel');
  });

  test('shows files where they lie and pages in the browser, and opens nothing', async () => {
    const { folder } = await start();
    const { client } = connect(ownFrame);
    await client.app.reveal({ path: join(folder, 'secret.html') });
    told.answers.push(0);
    await client.app.reveal({ path: 'https://example.org/' });
    await expect(client.app.reveal({ path: 'http://example.org' })).rejects.toMatchObject({ code: 'PROBLEM' });
    expect([told.shown, told.opened]).toEqual([[join(folder, 'secret.html')], ['https://example.org/']]);
  });
});

describe('requests to the window', () => {
  test('carry projects from the command line, a second start and the system, and menu entries', async () => {
    await start({ words: ['graft', '--flag', 'mine.graft'] });
    app.emit('second-instance', {}, ['graft', 'other.graft'], '/home/ann');
    app.emit('open-file', { preventDefault: () => undefined }, '/home/ann/third.graft');
    const run = told.menu.find(({ label }) => label === 'Run')?.submenu as { click: () => void }[];
    run[0]?.click();
    const { client } = connect(ownFrame);
    const asked: unknown[] = [];
    for await (const request of await client.app.requests()) if (asked.push(request) === 4) break;
    expect(asked).toEqual([
      { request: 'open', path: join(process.cwd(), 'mine.graft') },
      { request: 'open', path: '/home/ann/other.graft' },
      { request: 'open', path: '/home/ann/third.graft' },
      { request: 'action', action: 'train' },
    ]);
    expect(told.windows[0]?.focused).toBe(true);
  });

  test('every menu entry names an action that exists', async () => {
    const { menuTemplate } = await import('#electron/main/menu.ts');
    const { readdirSync, readFileSync } = await import('node:fs');
    const folder = join(locateProgram().root, 'renderer', 'actions');
    const known = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const asked: string[] = [];
    const ask = (action: string): void => void asked.push(action);
    for (const platform of ['linux', 'darwin'] as const) {
      for (const { submenu } of menuTemplate({ ask, platform, tools: true })) {
        for (const { click } of (submenu ?? []) as { click?: () => void }[]) click?.();
      }
    }
    expect(asked.filter((action) => action === 'show-about')).toHaveLength(2);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((action) => !known.includes(`name: '${action}'`))).toEqual([]);
  });
});

test('a second instance leaves at once', async () => {
  told.firstInstance = false;
  const before = told.quits;
  await startDesktop({ program: locateProgram(), preload: '', integrity: checkout, log: () => undefined });
  expect([told.quits, told.windows]).toEqual([before + 1, []]);
});

test('a window with unsaved work closes only when the person says so', async () => {
  await start();
  const contents = (told.windows[0] as BrowserWindow).contents;
  const closes = (answer: number): boolean => {
    told.answerToClosing = answer;
    let closed = false;
    contents.emit('will-prevent-unload', { preventDefault: () => (closed = true) });
    return closed;
  };
  expect([closes(0), closes(1)]).toEqual([true, false]);
});
