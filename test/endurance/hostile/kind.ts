/** What a kind of hostile input is made with. */
import type { WindowClient } from '#test/support/window-client.ts';
import type { Dice, Target } from '#test/support/vandal.ts';

/** A host of its own and the place around it. */
export interface Ground {
  readonly host: WindowClient['host'];
  /** Calls without a client, which refuses some input itself; answers the host's message. */
  readonly ask: (path: string, input: unknown) => Promise<unknown>;
  /** Where the host listens, with the secret of a window. */
  readonly target: Required<Target>;
  /** Pictures by class, sound. */
  readonly pictures: string;
  /** A run that is done, to be copied and spoilt. */
  readonly run: string;
  /** For what an input consists of; emptied now and then. */
  readonly inputs: string;
  /** What may be written, by an ending that may be. */
  readonly outputs: string;
  /** Says that a run was begun, or a dry run, which takes the time that it takes: it is seen, and can be stopped. */
  readonly begun: () => void;
  /** What nothing may touch; links and paths of inputs lead there. */
  readonly outside: string;
}

/** Makes one input and has it taken in. Rejects with what the host answers; resolves with the answer. */
export type Attack = (dice: Dice, ground: Ground) => Promise<unknown>;

/** Ways, each with how often it is taken. */
export function mixed(ways: readonly (readonly [weight: number, attack: Attack])[]): Attack {
  const all = ways.flatMap(([weight, attack]) => Array.from({ length: weight }, () => attack));
  return (dice, ground) => dice.pick(all)(dice, ground);
}

/** Waits until a run is over. @returns what it said that is not of its steps */
export async function watched(host: Ground['host'], run: string): Promise<unknown[]> {
  const said: unknown[] = [];
  for await (const batch of await host.runs.watch({ run }))
    said.push(...batch.filter(({ event }) => event === 'error' || event === 'warning'));
  return said;
}

/** A value of one of some kinds that programs stumble over. */
export function oddNumber(dice: Dice): number {
  return dice.pick([
    0,
    -1,
    1,
    0.5,
    1e9,
    1e15,
    1e308,
    2 ** 31,
    2 ** 31 - 1,
    2 ** 32,
    2 ** 53,
    2 ** 63,
    -(2 ** 31),
    -1e18,
    dice.below(1000),
    dice.next(),
  ]);
}

export function oddText(dice: Dice, ground: Ground): string {
  return dice.pick([
    '',
    ' ',
    '\0',
    '.',
    '..',
    '../../../../../../etc/passwd',
    '/etc/passwd',
    '/dev/zero',
    '/dev/stdin',
    '/proc/self/mem',
    '/proc/self/fd/0',
    '\\\\computer\\share\\x',
    '//computer/share/x',
    'C:\\x',
    'file:///etc/passwd',
    'https://example.invalid/x.onnx',
    'data:image/png;base64,AAAA',
    '__proto__',
    'constructor',
    'a'.repeat(300),
    'a/'.repeat(2000),
    'x'.repeat(100_000),
    '\uD800',
    '\u202Egnp.exe',
    '💥'.repeat(40),
    'null',
    '%00%2e%2e',
    '${x}',
    '-rf',
    ground.outside,
    `${ground.inputs}/../../outside/canary`,
    `${ground.inputs}/pipe`,
    `${ground.inputs}/socket`,
    `${ground.inputs}/to-outside`,
    `${ground.inputs}/to-itself`,
    ground.pictures,
    ground.run,
    ground.inputs,
  ]);
}
