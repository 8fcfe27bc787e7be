import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink, type MessagePortMainLike } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { MessagePortMain } from 'electron';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { portChannel } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';
import type { Frame } from '#electron/main/own-page.ts';
import { startDesktop } from '#electron/main/desktop.ts';
import { locateProgram } from '#electron/services/program.ts';
import { fakeEngine } from '#test/unit/electron/support/test-services.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { app, type BrowserWindow, ipcMain, permissions, told } from './electron-stand-in.ts';

vi.mock('electron', () => import('./electron-stand-in.ts'));

const ownFrame: Frame = { url: 'graft://app/', parent: null };

/** One end of a channel, with the manners of Electron's ports. */
class Port extends EventEmitter implements MessagePortMainLike {
  other: Port | undefined;
  started = false;
  closed = false;

  postMessage(data: unknown): void {
    queueMicrotask(() => this.other?.emit('message', { data }));
  }

  start(): void {
    this.started = true;
  }

  close(): void {
    this.closed = true;
  }
}

function channel(): [Port, Port] {
  const [near, far] = [new Port(), new Port()];
  near.other = far;
  far.other = near;
  return [near, far];
}

async function start(words: readonly string[] = ['graft']): Promise<{ folder: string; lines: string[] }> {
  const folder = temporaryFolder();
  const renderer = join(folder, 'renderer');
  mkdirSync(renderer);
  writeFileSync(join(renderer, 'index.html'), '<title>workbench</title>');
  writeFileSync(join(folder, 'secret.html'), 'secret');
  vi.stubEnv('GRAFT_HOME', join(folder, 'home'));
  vi.spyOn(process, 'argv', 'get').mockReturnValue([...words]);
  const lines: string[] = [];
  const program = { ...locateProgram(), renderer, engine: fakeEngine };
  await startDesktop({ program, preload: '/preload.cjs', log: (line) => lines.push(line) });
  onTestFinished(async () => {
    const before = told.quits;
    app.emit('will-quit', { preventDefault: () => undefined });
    // Quitting again is the host's word that its engines are gone.
    await vi.waitFor(() => expect(told.quits).toBe(before + 1));
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  return { folder, lines };
}

function connect(frame: Frame | null): { port: Port; client: ContractRouterClient<typeof contract> } {
  const [near, far] = channel();
  ipcMain.emit(portChannel, { senderFrame: frame, ports: [far as unknown as MessagePortMain] });
  return { port: far, client: createORPCClient(new RPCLink({ port: near })) };
}

beforeEach(() => {
  app.removeAllListeners();
  ipcMain.removeAllListeners();
  Object.assign(told, { schemes: [], windows: [], opened: [], shown: [], firstInstance: true });
  told.handlers.clear();
});

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

  test('may not leave, open others or get permissions', async () => {
    await start();
    const contents = told.windows[0]?.contents;
    const going = (url: string): boolean => {
      let stopped = false;
      contents?.emit('will-navigate', { url, preventDefault: () => (stopped = true) });
      return !stopped;
    };
    expect(going('graft://app/')).toBe(true);
    for (const url of ['https://example.org', 'file:///etc/passwd', 'graft://other/', 'not an address']) {
      expect(going(url)).toBe(false);
    }
    const open = (url: string): unknown =>
      contents?.openHandler?.({ url } as Parameters<typeof contents.openHandler>[0]);
    expect(open('https://example.org/help')).toEqual({ action: 'deny' });
    expect(open('file:///etc/passwd')).toEqual({ action: 'deny' });
    expect(told.opened).toEqual(['https://example.org/help']);
    const answers: boolean[] = [];
    permissions.request?.({} as never, 'media', (granted) => answers.push(granted), {} as never);
    expect([answers, permissions.check?.(null, 'media', '', {} as never)]).toEqual([[false], false]);
  });

  test('gets its files from one folder, under a policy that allows nothing from elsewhere', async () => {
    await start();
    expect(told.schemes).toMatchObject([{ scheme: 'graft', privileges: { standard: true, secure: true } }]);
    const fetchPage = async (url: string): Promise<Response> => {
      const handler = told.handlers.get('graft');
      // The scheme is no web one, so the address cannot be given to a Request.
      return (await handler?.({ url, method: 'GET' } as Request)) ?? Response.error();
    };
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
    await client.app.reveal({ path: 'https://example.org' });
    await expect(client.app.reveal({ path: 'http://example.org' })).rejects.toMatchObject({ code: 'PROBLEM' });
    expect([told.shown, told.opened]).toEqual([[join(folder, 'secret.html')], ['https://example.org']]);
  });
});

describe('requests to the window', () => {
  test('carry projects from the command line, a second start and the system, and menu entries', async () => {
    await start(['graft', '--flag', 'mine.graft']);
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
    for (const { submenu } of menuTemplate((action) => asked.push(action), 'linux')) {
      for (const { click } of submenu as { click?: () => void }[]) click?.();
    }
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((action) => !known.includes(`name: '${action}'`))).toEqual([]);
  });
});

test('a second instance leaves at once', async () => {
  told.firstInstance = false;
  const before = told.quits;
  await startDesktop({ program: locateProgram(), preload: '', log: () => undefined });
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
