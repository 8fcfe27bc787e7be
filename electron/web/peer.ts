/**
 * Whose program is at the other end of a connection within this machine, as the system knows it. Windows shows the
 * arguments of a program to its own user alone, so that nobody else can have learned a key there.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The ends of a TCP connection as this process has them. */
export interface Ends {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/** How the system is asked; replaced in tests. */
export interface System {
  readonly platform: NodeJS.Platform;
  /** Of this process. */
  readonly user: number | undefined;
  readonly read: (file: string) => Promise<string>;
  /** Standard output of a program, whatever its exit code; rejects where it cannot be run. */
  readonly run: (program: string, words: readonly string[]) => Promise<string>;
}

const thisSystem: System = {
  platform: process.platform,
  user: process.getuid?.(),
  read: (file) => readFile(file, 'utf8'),
  run: (program, words) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words], { timeout: 10_000 }, (error, output) => {
        if (error && typeof error.code !== 'number') reject(new Error(error.message, { cause: error }));
        else resolve(output);
      });
    }),
};

const administrator = 0;

/**
 * Whether the program at the other end runs for this user, or for the system's administrator, who can do anything in
 * any case and whose programs pass connections on. True where the system has no way to tell.
 */
export async function isOwnPeer(ends: Ends, system: System = thisSystem): Promise<boolean> {
  const ask = askers[system.platform];
  if (!ask || system.user === undefined) return true;
  const users = await ask(ends, system).catch(() => undefined);
  if (users === undefined) return system.platform !== 'linux';
  return users.some((user) => user === system.user || user === administrator);
}

type Asker = (ends: Ends, system: System) => Promise<number[]>;

const askers: Partial<Record<NodeJS.Platform, Asker>> = {
  linux: async (ends, { read }) => {
    const tables = await Promise.all(
      ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => read(file).catch(() => undefined)),
    );
    if (tables.every((table) => table === undefined)) throw new Error('the system does not list its connections');
    return tables.flatMap((table) => usersInTable(table ?? '', ends));
  },
  darwin: async (ends, { run }) =>
    usersInListing(await run('/usr/sbin/lsof', ['-nP', `-iTCP:${ends.remotePort}`, '-sTCP:ESTABLISHED', '-Fun']), ends),
};

/** The kernel's table: each line has the ends as hexadecimal `ADDRESS:PORT` and, in the eighth column, the owner. */
function usersInTable(table: string, { localPort, remotePort }: Ends): number[] {
  const portOf = (end: string | undefined): number => Number.parseInt(end?.split(':')[1] ?? '', 16);
  return table.split('\n').flatMap((line) => {
    const [, near, far, , , , , user] = line.trim().split(/\s+/);
    return portOf(near) === remotePort && portOf(far) === localPort ? [Number(user)] : [];
  });
}

/** `lsof -F`: a line a field, `u` the user of a process and `n` the ends of one of its connections. */
function usersInListing(listing: string, { localPort, remotePort }: Ends): number[] {
  const users: number[] = [];
  let user = Number.NaN;
  for (const line of listing.split('\n')) {
    if (line.startsWith('u')) user = Number(line.slice(1));
    if (line.startsWith('n') && line.includes(`:${remotePort}->`) && line.endsWith(`:${localPort}`)) users.push(user);
  }
  return users;
}
