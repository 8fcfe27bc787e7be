/**
 * Kills runs at random moments, again and again, and holds what becomes of them against a run that nobody disturbed:
 * the same losses and weights to the last bit, no process left, no lock left, nothing unfinished left.
 * `npx node test/endurance/kills.ts [--kills 1000] [--seed N]`; a night's work, of which continuous integration does a tenth.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serializeDocument } from '#shared/document/serialize.ts';
import { holderOf } from '#electron/files/lock.ts';
import { locateProgram } from '#electron/services/program.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { losses, makePictures, project } from '#test/engine/support.ts';
import { Dice, inLanes } from '#test/support/vandal.ts';

export interface Killing {
  readonly kills: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

export interface Killed {
  kills: number;
  runs: number;
  /** What was killed, how often. */
  readonly victims: Record<Victim, number>;
  /** Runs that were killed before they were any, and left nothing. */
  unborn: number;
  /** Everything that should not have been, with the seed of its run. */
  readonly faults: string[];
}

const victims = ['engine', 'host', 'group'] as const;
type Victim = (typeof victims)[number];

/** Ways to train that keep their rows, and so their place, differently; each a few seconds long. */
const trainings: Readonly<Record<string, readonly string[]>> = {
  'head on kept features': ['training.epochs=600', 'training.batchSize=8'],
  'everything, pictures varied anew': [
    'freeze.mode=none',
    'augment.enabled=true',
    'augment.views=0',
    'training.epochs=12',
    'training.batchSize=6',
  ],
  'last stage, with averages': [
    'freeze.mode=until',
    'freeze.stage=stage3',
    'training.epochs=25',
    'training.batchSize=8',
    'training.averaging=0.9',
  ],
};
/** Longest undisturbed stretch before a kill, milliseconds: about as long as a whole run takes. */
const longest = 3000;
/** Within which everything of a killed group has to be gone, milliseconds. */
const goneWithin = 20_000;

/** @throws Error when not even an undisturbed run works */
export async function killRuns({ kills, seed, say = () => undefined }: Killing): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'graft-kills-'));
  const data = join(folder, 'pictures');
  await makePictures(data, 16);
  const found: Killed = { kills: 0, runs: 0, victims: { engine: 0, host: 0, group: 0 }, unborn: 0, faults: [] };
  try {
    const names = Object.keys(trainings);
    const lanes = await Promise.all(names.map((name) => Lane.open(folder, data, name)));
    let next = 0;
    await inLanes(lanes.length, 2, async (index) => {
      const lane = lanes[index] as Lane;
      while (found.kills < (kills * (index + 1)) / lanes.length) {
        const own = seed + next++;
        found.runs++;
        await lane.disturb(new Dice(own), own, found);
        say(`${found.kills} kills, ${found.runs} runs, ${found.faults.length} faults (${lane.name}, seed ${own})`);
      }
    });
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One way to train, with what it comes to undisturbed. */
class Lane {
  readonly name: string;
  readonly #project: string;
  readonly #runs: string;
  readonly #home: string;
  #whole: Result | undefined;

  private constructor(folder: string, data: string, name: string) {
    this.name = name;
    const own = join(folder, createHash('sha256').update(name).digest('hex').slice(0, 8));
    [this.#runs, this.#home] = [join(own, 'runs'), join(own, 'home')];
    mkdirSync(own);
    this.#project = join(own, 'p.graft');
    const settings = ['training.patience=0', 'split.validation=0.25', ...(trainings[name] ?? [])];
    writeFileSync(this.#project, serializeDocument(project(data, settings)));
  }

  static async open(folder: string, data: string, name: string): Promise<Lane> {
    const lane = new Lane(folder, data, name);
    const undisturbed = lane.#start('train', lane.#project, '--runs', lane.#runs);
    if ((await undisturbed.over) !== 0) throw new Error(`an undisturbed run failed:\n${undisturbed.output()}`);
    lane.#whole = resultOf(lane.#newest() as string);
    return lane;
  }

  /** One run, killed until it is through or the number of kills is reached, and then let be. */
  async disturb(dice: Dice, seed: number, found: Killed): Promise<void> {
    const fault = (words: string): void => void found.faults.push(`${this.name}, seed ${seed}: ${words}`);
    const before = new Set(this.#folders());
    let run: string | undefined;
    for (let tries = 0; tries < 40; tries++) {
      const command =
        run === undefined ? this.#start('train', this.#project, '--runs', this.#runs) : this.#start('resume', run);
      const lets = tries > 6 + dice.below(8);
      // Some are killed while they start, most at their work.
      if (!lets && dice.below(4) > 0) await command.working;
      const victim = lets ? undefined : await command.killAt(dice.next() * longest, dice.pick(victims));
      if (victim) {
        found.kills++;
        found.victims[victim]++;
      }
      const code = await command.over;
      if (!(await command.isGone())) fault(`processes were left after ${victim ?? 'its end'}:\n${command.left()}`);
      run = this.#folders().find((folder) => !before.has(folder) && existsSync(join(folder, 'run.json')));
      if (run === undefined) {
        if (victim === undefined) return fault(`it left no run and ended with ${code}:\n${command.output()}`);
        found.unborn++;
        continue;
      }
      if ((await holderOf(run)) !== undefined) fault('a lock is held by nobody');
      if (new RunFolder(run).readRecord().status === 'done') break;
      if (lets && code !== 0) return fault(`it could not be gone on with (${code}):\n${command.output()}`);
    }
    if (run === undefined) return;
    this.#compare(run, fault);
    rmSync(run, { recursive: true, force: true });
    const rest = this.#folders().filter((folder) => !before.has(folder));
    // What was killed before it was a run is cleared away by the next one; an empty folder may be about to be used.
    if (rest.some((folder) => readdirSync(folder).length > 0)) fault(`folders were left: ${rest.join(', ')}`);
    for (const folder of rest) rmSync(folder, { recursive: true, force: true });
  }

  #compare(run: string, fault: (words: string) => void): void {
    const result = resultOf(run);
    for (const [what, value] of Object.entries(this.#whole ?? {}))
      if (result[what as keyof Result] !== value) fault(`its ${what} are not those of an undisturbed run`);
    const left = [run, join(run, 'checkpoints')]
      .flatMap((folder) => readdirSync(folder))
      .filter((name) => /\.tmp$|\.lock$|\.part$/.test(name));
    if (left.length > 0) fault(`files were left: ${left.join(', ')}`);
  }

  #folders(): string[] {
    return existsSync(this.#runs) ? readdirSync(this.#runs).map((name) => join(this.#runs, name)) : [];
  }

  #newest(): string | undefined {
    return this.#folders().toSorted().at(-1);
  }

  #start(...words: string[]): Command {
    return new Command([...words, '--json', ...(words[0] === 'train' ? ['--device', 'cpu'] : [])], this.#home);
  }
}

interface Result {
  readonly losses: string;
  readonly weights: string;
  readonly measures: string;
}

const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function resultOf(path: string): Result {
  const run = new RunFolder(path);
  const { tensors } = run.readCheckpoint('best');
  const last = run.readCheckpoint('last');
  const named = (prefix: string, from: typeof tensors): string[] =>
    [...from].map(([name, { data }]) => `${prefix} ${name} ${digest(data)}`);
  const weights = [...named('best', tensors), ...named('last', last.tensors)].toSorted();
  return {
    losses: digest(JSON.stringify(losses(run.readEvents()))),
    weights: digest(weights.join('\n')),
    measures: digest(readFileSync(join(path, 'evaluation.json'))),
  };
}

/** A command in a group of processes of its own. */
class Command {
  readonly #process: ChildProcess;
  readonly over: Promise<number | NodeJS.Signals | null>;
  /** When the run has said something, or is over. */
  readonly working: Promise<unknown>;
  #output = '';

  constructor(words: readonly string[], home: string) {
    const { node, commandLine, root } = locateProgram();
    this.#process = spawn(node, [commandLine, ...words], {
      cwd: root,
      env: { ...process.env, GRAFT_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + String(chunk)).slice(-4000)));
    this.over = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve(code ?? signal));
    });
    const said = new Promise((resolve) => {
      this.#process.stdout?.once('data', resolve);
    });
    this.working = Promise.race([said, this.over]);
  }

  output(): string {
    return this.#output;
  }

  /** Kills after so many milliseconds. @returns what was killed; nothing when the command was over by then */
  async killAt(milliseconds: number, victim: Victim): Promise<Victim | undefined> {
    const isOver = await Promise.race([this.over.then(() => true), pause(milliseconds).then(() => false)]);
    if (isOver) return undefined;
    const host = this.#process.pid as number;
    try {
      if (victim === 'group') process.kill(-host, 'SIGKILL');
      else if (victim === 'host') process.kill(host, 'SIGKILL');
      else {
        const engines = this.#members().filter(({ words }) => words.includes('engine/main'));
        // It has not started one yet: then it is its turn.
        const engine = engines.at(-1)?.id ?? host;
        process.kill(engine, 'SIGKILL');
        return engine === host ? 'host' : 'engine';
      }
      return victim;
    } catch {
      // Gone by itself in between.
      return undefined;
    }
  }

  /** Whether nothing of the group is left after a while. */
  async isGone(): Promise<boolean> {
    for (let waited = 0; waited < goneWithin; waited += 100) {
      if (this.#members().length === 0) return true;
      await pause(100);
    }
    return false;
  }

  left(): string {
    return this.#members()
      .map(({ id, words }) => `${id} ${words}`)
      .join('\n');
  }

  #members(): { readonly id: number; readonly words: string }[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,args='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, id, group, state = '', words = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return Number(group) === this.#process.pid && !state.startsWith('Z') ? [{ id: Number(id), words }] : [];
    });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`seed ${seed}`);
  const found = await killRuns({ kills: Number(values.kills ?? 1000), seed, say });
  say(JSON.stringify(found, undefined, 2));
  process.exitCode = found.faults.length === 0 ? 0 : 1;
}
