/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), line by line, against the program as it
 * is built. Each test has the name of its line.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { MenuItemConstructorOptions, WebPreferences } from 'electron';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { outdated } from '#config/packaging/current-electron.ts';
import { closeLoopholes } from '#electron/main/loopholes.ts';
import { isWebPage } from '#electron/main/external.ts';
import { locateProgram } from '#electron/services/program.ts';
import { connect, fetchPage, forget, ownFrame, start } from './desktop-host.ts';
import { app, commandLine, session, Session, told, type WebContents } from './electron-stand-in.ts';

vi.mock('electron', () => import('./electron-stand-in.ts'));
beforeEach(forget);

const { root } = locateProgram();
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { load } = builder('js-yaml') as { load: (text: string) => unknown };
const packaging = load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
  readonly electronFuses: Readonly<Record<string, boolean>>;
};

async function preferences(packed = true): Promise<WebPreferences> {
  await start({ packed });
  return told.windows[0]?.options.webPreferences ?? {};
}

function contents(): WebContents {
  const [window] = told.windows;
  if (!window) throw new Error('there is no window');
  return window.contents;
}

/** Whether the window may ask for an address. */
function requested(url: string): boolean {
  let cancelled = false;
  session.defaultSession.beforeRequest?.({ url }, ({ cancel }) => (cancelled = cancel ?? false));
  return !cancelled;
}

const elsewhere = [
  'https://example.org/',
  'http://example.org/',
  'ws://example.org/',
  'wss://example.org/',
  'file:///etc/passwd',
  'graft://other/',
  'not an address',
];

test('1. Only load secure content', async () => {
  await start({ packed: true });
  expect(told.windows[0]?.address).toBe('graft://app/');
  for (const url of [...elsewhere, 'devtools://devtools/x.js']) expect(requested(url), url).toBe(false);
  for (const url of ['graft://app/assets/a.js', 'data:image/png;base64,AA==', 'blob:graft://app/1']) {
    expect(requested(url), url).toBe(true);
  }
});

test('2. Do not enable Node.js integration for remote content', async () => {
  const found = await preferences();
  expect(found.nodeIntegration).toBe(false);
  expect([found.nodeIntegrationInWorker, found.nodeIntegrationInSubFrames]).toEqual([undefined, undefined]);
});

test('3. Enable Context Isolation', async () => {
  expect((await preferences()).contextIsolation).toBe(true);
});

test('4. Enable process sandboxing', async () => {
  expect((await preferences()).sandbox).toBe(true);
  expect(told.sandboxed).toBe(true);
});

test('5. Handle session permission requests from remote content', async () => {
  await start({ packed: true });
  const another = new Session();
  app.emit('session-created', another);
  for (const { request, check, device } of [session.defaultSession, another]) {
    const answers: boolean[] = [];
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal'] as const) {
      request?.({} as never, permission, (granted) => answers.push(granted), {} as never);
      answers.push(check?.(null, permission, 'graft://app', {} as never) ?? true);
    }
    answers.push(device?.({} as never) ?? true);
    expect(answers).toEqual(Array.from({ length: 9 }, () => false));
  }
});

test('6. Do not disable webSecurity', async () => {
  expect((await preferences()).webSecurity).toBe(true);
});

test('7. Define a Content Security Policy', async () => {
  await start({ packed: true });
  const policy = (await fetchPage('graft://app/')).headers.get('content-security-policy');
  const rules = new Map(policy?.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]));
  expect(Object.fromEntries(rules)).toMatchObject({
    'default-src': "'none'",
    'script-src': "'self'",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
  expect(policy).not.toMatch(/https?:|unsafe-eval|\*/u);
});

test('8. Do not enable allowRunningInsecureContent', async () => {
  expect((await preferences()).allowRunningInsecureContent ?? false).toBe(false);
});

test('9. Do not enable experimental features', async () => {
  expect((await preferences()).experimentalFeatures ?? false).toBe(false);
});

test('10. Do not use enableBlinkFeatures', async () => {
  expect(Object.keys(await preferences())).not.toContain('enableBlinkFeatures');
});

test('11. Do not use allowpopups for WebViews', async () => {
  expect((await preferences()).webviewTag).toBe(false);
});

test('12. Verify WebView options before creation', async () => {
  await start({ packed: true });
  let attached = true;
  contents().emit('will-attach-webview', { preventDefault: () => (attached = false) }, {}, {});
  expect(attached).toBe(false);
});

test('13. Disable or limit navigation', async () => {
  await start({ packed: true });
  const goes = (event: string, url: string): boolean => {
    let stopped = false;
    contents().emit(event, { url, preventDefault: () => (stopped = true) });
    return !stopped;
  };
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
    expect(goes(event, 'graft://app/')).toBe(true);
    for (const url of elsewhere) expect(goes(event, url), `${event} ${url}`).toBe(false);
  }
});

test('14. Disable or limit creation of new windows', async () => {
  await start({ packed: true });
  told.answers.push(1);
  for (const url of [...elsewhere, 'graft://app/', 'about:blank']) {
    expect(contents().openHandler?.({ url } as never)).toEqual({ action: 'deny' });
  }
  expect(told.windows).toHaveLength(1);
});

describe('15. Do not use shell.openExternal with untrusted content', () => {
  test('only a web page over TLS, without credentials and of a readable length, is ever handed on', () => {
    expect(isWebPage('https://example.org/help?topic=1#part')).toBe(true);
    for (const url of [
      'http://example.org/',
      'file:///bin/sh',
      'javascript:alert(1)',
      'ms-msdt:/id',
      'smb://server/share',
      'https://ann:secret@example.org/',
      'https://ann@example.org/',
      `https://example.org/${'a'.repeat(2048)}`,
      'https:',
      'example.org',
    ]) {
      expect(isWebPage(url), url).toBe(false);
    }
  });

  test('and only after the person has seen the address and agreed', async () => {
    await start({ packed: true });
    const ask = (url: string): unknown => contents().openHandler?.({ url } as never);
    told.answers.push(1, 0);
    ask('https://example.org/?leak=secret');
    // The first question still stands: a second is not put on top of it.
    ask('https://example.org/second');
    await vi.waitFor(() => expect(told.asked).toHaveLength(1));
    await new Promise(setImmediate);
    expect([told.asked[0]?.detail, told.opened]).toEqual(['https://example.org/?leak=secret', []]);
    ask('https://example.org/');
    await vi.waitFor(() => expect(told.opened).toEqual(['https://example.org/']));
    ask('file:///bin/sh');
    await new Promise(setImmediate);
    expect(told.asked).toHaveLength(2);
  });
});

test('16. Use a current version of Electron', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const installed = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as {
    version: string;
  };
  // Pinned, so that raising it is a commit; a release asks the registry and refuses an old one (docs/release.md).
  expect(devDependencies['electron']).toBe(installed.version);
  expect(Number(installed.version.split('.')[0])).toBeGreaterThanOrEqual(45);
  const released = ['43.9.0', '44.1.0', '45.4.1', '45.10.0', '46.0.0', '47.0.0-beta.1'];
  expect(outdated('45.10.0', released)).toBeUndefined();
  expect(outdated('46.0.0', released)).toBeUndefined();
  expect(outdated('45.4.1', released)).toBe('Electron 45.4.1 is older than 45.10.0');
  expect(outdated('43.9.0', released)).toBe('Electron 43.9.0 is no longer looked after');
});

test('17. Validate the sender of all IPC messages', async () => {
  await start({ packed: true });
  const started = (frame: Parameters<typeof connect>[0]): boolean => connect(frame).port.started;
  expect(started(ownFrame)).toBe(true);
  for (const url of elsewhere) expect(started({ url, parent: null }), url).toBe(false);
  expect([started({ url: 'graft://app/', parent: ownFrame }), started(null)]).toEqual([false, false]);
});

test('18. Avoid usage of the file:// protocol and prefer usage of custom protocols', async () => {
  await start({ packed: true });
  expect(told.windows[0]?.address).toMatch(/^graft:/u);
  expect(told.schemes).toEqual([
    {
      scheme: 'graft',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
  expect([requested('file:///etc/passwd'), (await fetchPage('graft://app/%2e%2e/secret.html')).status]).toEqual([
    false,
    404,
  ]);
});

describe('19. Check which fuses you can change', () => {
  test('every fuse of Electron is set, each the safe way', () => {
    expect(packaging.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      // There is one snapshot for all processes; a second would have to be made first.
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  test('and what no fuse closes is closed at the start', async () => {
    const { switches } = told;
    for (const name of ['remote-debugging-port', 'remote-debugging-pipe', 'disable-web-security', 'force-dark-mode']) {
      switches.add(name);
    }
    const environment = { NODE_OPTIONS: '--require ./evil.js', NODE_PATH: '/tmp', GRAFT_RESOURCES: '/tmp', HOME: '/a' };
    closeLoopholes(commandLine as never, environment);
    expect([[...switches], environment]).toEqual([['force-dark-mode'], { HOME: '/a' }]);
    switches.clear();
  });

  test.each([
    ['a packed program', true],
    ['a checkout', false],
  ])('the developer tools of %s', async (_, packed) => {
    expect((await preferences(packed)).devTools).toBe(!packed);
    const entries = told.menu.flatMap(({ submenu }) => (submenu ?? []) as MenuItemConstructorOptions[]);
    expect(entries.some(({ role }) => role === 'toggleDevTools')).toBe(!packed);
    // Nothing else opens them: Electron itself has no key for it, and a window without them has none to open.
    expect(requested('devtools://devtools/x.js')).toBe(!packed);
  });
});

test('20. Do not expose Electron APIs to untrusted web content', async () => {
  const page = Object.assign(new EventTarget(), { postMessage: () => undefined });
  vi.stubGlobal('window', page);
  await import('#electron/preload/preload.ts');
  vi.unstubAllGlobals();
  const bridge = [...told.bridge].map(([name, value]) => [name, Object.keys(value as object)]);
  expect(bridge).toEqual([['graft', ['pathForFile']]]);
  const { pathForFile } = told.bridge.get('graft') as { pathForFile: (file: unknown) => unknown };
  // A function of one argument that answers text: no event, no channel, nothing of Electron's own.
  expect(pathForFile({ name: 'photos' })).toBe('/dropped/photos');
});
