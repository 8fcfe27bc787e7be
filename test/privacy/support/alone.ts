/**
 * Runs programs in a network that has nothing in it but this machine, traced, with a home of their own, and tells what
 * they tried: by what they asked of the system, and by what the kernel counted.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateProgram } from '#electron/services/program.ts';
import { readTrace, type Traced } from './trace.ts';

/** Why nothing can be shown here, as the end of a sentence; undefined when it can. */
export function missing(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has networks of one’s own for a program';
  for (const program of ['unshare', 'ip', 'strace'])
    if (spawnSync(program, ['--version']).error && spawnSync(program, ['-V']).error) return `there is no ${program}`;
  const tried = spawnSync('unshare', [...namespace(), 'ip', 'link', 'set', 'lo', 'up']);
  return tried.status === 0 ? undefined : `no network of one’s own may be made (${String(tried.stderr).trim()})`;
}

/** Where not even the administrator may trace, the tracing itself fails, which is no silent pass. */
function namespace(): string[] {
  return process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
}

export interface Place {
  readonly folder: string;
  /** Graft's own folder. */
  readonly home: string;
  /** Where a person might have things written to. */
  readonly outputs: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly remove: () => void;
}

/**
 * Folders for everything a program may want. `CI` and the like are left out of the environment: with them, the runtime
 * is quiet by itself, and nothing would be shown.
 */
export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'graft-alone-'));
  const [person, temporary, outputs] = ['person', 'tmp', 'outputs'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const one of [person, temporary, outputs]) mkdirSync(one);
  const home = join(person, 'graft-home');
  return {
    folder,
    home,
    outputs,
    environment: { PATH: process.env['PATH'], HOME: person, TMPDIR: temporary, GRAFT_HOME: home },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Outcome extends Traced {
  readonly output: string;
  /** What the kernel counted: packets without a way out, and connections and datagrams, on this machine included. */
  readonly counted: { readonly noRoute: number; readonly connections: number; readonly datagrams: number };
}

/** Runs a shell line. Its programs are Node as the product starts it, `$NODE`. Fails when the line does. */
export function runAlone({ folder, environment }: Place, line: string): Outcome {
  const { node, root } = locateProgram();
  const log = join(folder, 'trace.log');
  const traced = `strace -f -y -qq --signal=none -e trace=%network,%file -o '${log}' sh -c "$LINE"`;
  const inside = `ip link set lo up && ${traced}; code=$?; cat /proc/net/snmp >&2; exit $code`;
  const options = {
    cwd: root,
    env: { ...environment, NODE: node, LINE: line },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  } as const;
  const { status, stdout, stderr } = spawnSync('unshare', [...namespace(), 'sh', '-c', inside], options);
  if (status !== 0) throw new Error(`it ended with ${status}:\n${stdout}\n${stderr}`);
  const count = (protocol: string, name: string): number => {
    const [names, numbers] = stderr
      .split('\n')
      .filter((row) => row.startsWith(`${protocol}:`))
      .map((row) => row.split(' '));
    return Number(numbers?.[names?.indexOf(name) ?? -1]);
  };
  return {
    ...readTrace(readFileSync(log, 'utf8'), root),
    output: stdout,
    counted: {
      noRoute: count('Ip', 'OutNoRoutes'),
      connections: count('Tcp', 'ActiveOpens'),
      datagrams: count('Udp', 'OutDatagrams'),
    },
  };
}
