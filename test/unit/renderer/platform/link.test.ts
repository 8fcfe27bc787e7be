import type { ClientContext, ClientLink } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LinkState, OnState } from '#renderer/platform/link.ts';

/** A socket that a test opens and closes by hand. */
class HandSocket extends EventTarget {
  static readonly made: HandSocket[] = [];
  readyState = 0;
  readonly sent: unknown[] = [];
  readonly protocols: readonly string[];

  constructor(_address: unknown, protocols: readonly string[]) {
    super();
    this.protocols = protocols;
    HandSocket.made.push(this);
  }

  send(message: unknown): void {
    this.sent.push(message);
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

/** What was to happen after a while. */
const timers: (() => void)[] = [];

/** What the host answers: to a key, and to whether it knows a secret. */
let host: { readonly key?: object; readonly knows?: boolean } | 'gone';
const asked: [path: string, method: string][] = [];
const stored = new Map<string, string>();
const listeners = new Map<string, () => void>();
const location = { href: 'http://127.0.0.1:4000/', protocol: 'http:', pathname: '/', hash: '' };

beforeEach(() => {
  HandSocket.made.length = 0;
  timers.length = 0;
  asked.length = 0;
  stored.clear();
  stored.set('graft-window', 'mine');
  listeners.clear();
  location.hash = '';
  host = { knows: true };
  vi.resetModules();
  vi.stubGlobal('WebSocket', HandSocket);
  vi.stubGlobal('window', {
    location,
    history: { replaceState: () => void (location.hash = '') },
    sessionStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
    },
    fetch: (path: string, options: { method?: string } = {}) => {
      asked.push([path, options.method ?? 'GET']);
      if (host === 'gone') return Promise.reject(new TypeError('fetch failed'));
      const { key, knows } = host;
      return Promise.resolve({ json: () => Promise.resolve(options.method ? key : { known: knows === true }) });
    },
    addEventListener: (type: string, listener: () => void) => listeners.set(type, listener),
    setTimeout: (callback: () => void) => timers.push(callback),
  });
});
afterEach(() => vi.unstubAllGlobals());

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

async function start(onState: OnState = () => undefined): Promise<ClientLink<ClientContext>> {
  const { connect } = await import('#renderer/platform/link.ts');
  const link = connect(onState);
  await turns();
  return link;
}

async function connected(onState: OnState = () => undefined): Promise<ClientLink<ClientContext>> {
  const link = await start(onState);
  HandSocket.made[0]?.open();
  return link;
}

function watch(link: ClientLink<ClientContext>, signal?: AbortSignal): Promise<unknown> {
  return link.call(['runs', 'watch'], { run: 'r' }, { context: {}, ...(signal ? { signal } : {}) });
}

const sentOn = async (socket: number): Promise<void> => {
  await vi.waitFor(() => expect(HandSocket.made[socket]?.sent).toHaveLength(1));
};

test('what is cancelled because the connection was lost is not told to the closed socket', async () => {
  const uncaught: unknown[] = [];
  const note = (reason: unknown): unknown => uncaught.push(reason);
  // What an asynchronous listener of a signal throws.
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));

  const following = new AbortController();
  const link = await connected((state) => {
    if (state === 'lost') following.abort();
  });
  const watching = watch(link, following.signal);
  await sentOn(0);
  HandSocket.made[0]?.close();
  await expect(watching).rejects.toBeInstanceOf(Error);
  // A message is encoded in several turns before it is sent.
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(uncaught).toEqual([]);
});

test('a call whose connection was lost is made again on the next one, and so is a new call', async () => {
  const states: LinkState[] = [];
  const link = await connected((state) => states.push(state));
  const watching = watch(link).catch(() => watch(link));
  await sentOn(0);
  HandSocket.made[0]?.close();
  void watch(link).catch(() => undefined);
  void watching.catch(() => undefined);
  await new Promise(setImmediate);
  expect(HandSocket.made[0]?.sent).toHaveLength(1);

  timers.shift()?.();
  await turns();
  HandSocket.made[1]?.open();
  await vi.waitFor(() => expect(HandSocket.made[1]?.sent).toHaveLength(2));
  expect(states).toEqual(['connected', 'lost', 'connected']);
});

describe('a window’s secret', () => {
  const states: unknown[] = [];
  const note: OnState = (...state) => void states.push(state.filter((part) => part !== undefined).join(' '));
  beforeEach(() => void (states.length = 0));

  test('is got for the key in the address, which is then out of sight', async () => {
    stored.clear();
    location.hash = '#key=abc';
    host = { key: { secret: 'new' } };
    await start(note);
    expect(HandSocket.made[0]?.protocols).toEqual(['graft', 'new']);
    expect([stored.get('graft-window'), location.hash]).toEqual(['new', '']);
  });

  test('is kept for as long as the tab lives, also when its address is opened again', async () => {
    location.hash = '#key=abc';
    host = { key: { refused: 'taken' }, knows: true };
    await start(note);
    expect(HandSocket.made[0]?.protocols).toEqual(['graft', 'mine']);
  });

  test.each([
    ['was taken', '#key=abc', { key: { refused: 'taken' } }, 'refused taken'],
    ['is for somebody else', '#key=abc', { key: { refused: 'other-user' } }, 'refused other-user'],
    ['is missing', '', {}, 'refused no-key'],
  ])('is not got where the key %s', async (_why, hash, answer, state) => {
    stored.clear();
    location.hash = hash;
    host = answer;
    await start(note);
    expect(states).toEqual([state]);
    expect(HandSocket.made).toEqual([]);
  });

  test('that a new host does not know is not tried on and on; an address put into the tab lets it in again', async () => {
    await connected(note);
    host = { knows: false };
    HandSocket.made[0]?.close();
    timers.shift()?.();
    await turns();
    expect(states).toEqual(['connected', 'lost', 'refused ended']);
    expect(timers).toEqual([]);
    location.hash = '#key=def';
    host = { key: { secret: 'newer' } };
    listeners.get('hashchange')?.();
    await turns();
    expect(HandSocket.made[1]?.protocols).toEqual(['graft', 'newer']);
  });

  test('is asked for again while the host does not answer, by the key it did not get to', async () => {
    stored.clear();
    location.hash = '#key=abc';
    host = 'gone';
    await start(note);
    expect(states).toEqual(['lost']);
    host = { key: { secret: 'late' } };
    timers.shift()?.();
    await turns();
    expect(HandSocket.made[0]?.protocols).toEqual(['graft', 'late']);
    expect(asked).toEqual([
      ['/session', 'POST'],
      ['/session', 'POST'],
    ]);
  });
});
