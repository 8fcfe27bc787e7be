/** The desktop host over the stand-in for Electron, as a checkout runs it or as an installer leaves it. */
import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink, type MessagePortMainLike } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { MessagePortMain } from 'electron';
import { expect, onTestFinished, vi } from 'vitest';
import { portChannel } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';
import { type Integrity, verifyProgram } from '#electron/main/integrity.ts';
import type { Frame } from '#electron/main/own-page.ts';
import { startDesktop } from '#electron/main/desktop.ts';
import { besideListFile, describeBeside } from '#electron/services/beside-files.ts';
import { locateProgram, type Program } from '#electron/services/program.ts';
import { fakeEngine } from '#test/unit/electron/support/test-services.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { app, ipcMain, session, told } from './electron-stand-in.ts';

export const ownFrame: Frame = { url: 'graft://app/', parent: null };

/** One end of a channel, with the manners of Electron's ports. */
export class Port extends EventEmitter implements MessagePortMainLike {
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

/** What a checkout holds itself against: nothing. */
export const checkout: Integrity = { pages: Promise.resolve(), all: Promise.resolve() };

interface StartOptions {
  readonly words?: readonly string[];
  /** Lays the program out as an installer does. */
  readonly packed?: boolean;
  /** Something done to the files of an installed program after it was installed. */
  readonly change?: (program: Program) => void;
  /** Beside the archive's own files, inside it, by path. */
  readonly inside?: Readonly<Record<string, string>>;
}

export interface Started {
  readonly folder: string;
  readonly lines: string[];
  readonly program: Program;
}

export async function start({ words = ['graft'], packed, change, inside }: StartOptions = {}): Promise<Started> {
  const folder = temporaryFolder();
  const unpacked = packed ? join(folder, 'app.asar.unpacked', 'out') : folder;
  const renderer = join(unpacked, 'renderer');
  write(join(renderer, 'index.html'), '<title>workbench</title>');
  write(join(unpacked, 'secret.html'), 'secret');
  vi.stubEnv('GRAFT_HOME', join(folder, 'home'));
  vi.spyOn(process, 'argv', 'get').mockReturnValue([...words]);
  const lines: string[] = [];
  const source = locateProgram();
  const root = packed ? join(folder, 'app.asar') : source.root;
  const program = { ...source, root, renderer, engine: fakeEngine };
  if (packed) {
    write(join(folder, 'node'), 'a binary');
    write(join(folder, 'app.asar.unpacked', 'out', 'engine', 'main.js'), 'engine()');
    const list = await describeBeside(folder);
    write(join(root, besideListFile), JSON.stringify(list));
    for (const [path, content] of Object.entries(inside ?? {})) write(join(root, path), content);
    change?.(program);
  }
  const integrity = verifyProgram(program);
  await startDesktop({ program, preload: '/preload.cjs', integrity, log: (line) => lines.push(line) });
  onTestFinished(async () => {
    const before = told.quits;
    app.emit('will-quit', { preventDefault: () => undefined });
    // Quitting again is the host's word that its engines are gone.
    await vi.waitFor(() => expect(told.quits).toBe(before + 1));
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  return { folder, lines, program };
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function connect(frame: Frame | null): { port: Port; client: ContractRouterClient<typeof contract> } {
  const [near, far] = channel();
  ipcMain.emit(portChannel, { senderFrame: frame, ports: [far as unknown as MessagePortMain] });
  return { port: far, client: createORPCClient(new RPCLink({ port: near })) };
}

/** Forgets what an earlier test left. */
export function forget(): void {
  app.removeAllListeners();
  ipcMain.removeAllListeners();
  const lists = ['schemes', 'windows', 'opened', 'shown', 'asked', 'answers', 'failures', 'posted'] as const;
  for (const name of lists) told[name].length = 0;
  Object.assign(told, { firstInstance: true, sandboxed: false, exitCode: undefined });
  Object.assign(session.defaultSession, { request: null, check: null, device: null, beforeRequest: undefined });
  told.handlers.clear();
}

/** What the page of an address is answered with. */
export async function fetchPage(url: string): Promise<Response> {
  // The scheme is no web one, so the address cannot be given to a Request.
  return (await told.handlers.get('graft')?.({ url, method: 'GET' } as Request)) ?? Response.error();
}
