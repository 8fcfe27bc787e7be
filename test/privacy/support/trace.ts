/** What a program and all it started asked of the system, from the log of `strace -f -y`. */
import { isAbsolute, resolve } from 'node:path';

export interface Touch {
  readonly call: string;
  readonly path: string;
}

export interface Traced {
  /** Sockets that can reach beyond the machine, by what was asked of them, but for loopback addresses. */
  readonly sockets: readonly string[];
  /** Files and folders that were made, written, renamed or deleted. */
  readonly touched: readonly Touch[];
}

/** `PID CALL(ARGUMENTS) = RESULT`, with calls that were interrupted by another's put together again. */
function* calls(log: string): Generator<{ call: string; words: string; failed: boolean }> {
  const unfinished = new Map<string, string>();
  for (const line of log.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const whole = resumed ? (unfinished.get(pid) ?? '') + (resumed[1] ?? '') : rest;
    const [, call, words = '', result = ''] = /^(\w+)\((.*)\)\s+= (.*)$/.exec(whole) ?? [];
    if (call !== undefined) yield { call, words, failed: result.startsWith('-1') };
  }
}

const writing = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/;
/** Calls that change the file system, and which of their paths they change: all, or those from the given one on. */
const changing: Readonly<Record<string, number>> = {
  mkdir: 0,
  mkdirat: 0,
  rename: 0,
  renameat: 0,
  renameat2: 0,
  unlink: 0,
  unlinkat: 0,
  rmdir: 0,
  link: 1,
  linkat: 1,
  symlink: 1,
  symlinkat: 1,
  mknod: 0,
  mknodat: 0,
  truncate: 0,
  chmod: 0,
  fchmodat: 0,
  utimensat: 0,
  creat: 0,
};

/** Paths in a call's words, those relative to a folder it names by a descriptor put behind that folder. */
function pathsIn(words: string, folder: string): string[] {
  const found: string[] = [];
  let base = folder;
  for (const [, descriptor, path] of words.matchAll(/(?:AT_FDCWD|\d+)<([^>]*)>|"((?:[^"\\]|\\.)*)"/g)) {
    if (descriptor !== undefined) base = descriptor;
    else if (path !== undefined) found.push(isAbsolute(path) ? path : resolve(base, path));
  }
  return found;
}

/** @param folder that the traced program was started in */
export function readTrace(log: string, folder: string): Traced {
  const sockets: string[] = [];
  const touched: Touch[] = [];
  for (const { call, words, failed } of calls(log)) {
    if (call === 'socket' && /AF_INET|AF_PACKET/.test(words)) sockets.push(`socket(${words})`);
    // A name is looked up through a service of the system as well.
    if (call === 'connect' && /AF_UNIX.*(?:nscd|resolve|avahi|dbus)/.test(words)) sockets.push(`connect(${words})`);
    if (failed) continue;
    const opens = call === 'open' || call === 'openat';
    const from = opens && writing.test(words) ? 0 : changing[call];
    if (from === undefined) continue;
    for (const path of pathsIn(words, folder).slice(from)) touched.push({ call, path });
  }
  return { sockets, touched };
}
