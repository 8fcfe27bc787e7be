/**
 * One engine process: plain Node running the engine's entry, spoken to over the fork channel. When the channel closes it
 * exits by itself, or goes on alone with a run that may; a thread of its own sees to that where native code holds it up.
 */
import { availableParallelism } from 'node:os';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import {
  engineMessageSchema,
  engineProcedures,
  leaveMessage,
  type EngineInput,
  type EngineOutput,
  type EngineProcedure,
} from '#shared/protocol/engine.ts';
import { runEventSchema, type RunEvent } from '#shared/protocol/run.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { readDeathNote, type CauseOfDeath } from '#shared/protocol/death-note.ts';
import { formatBytes } from '#shared/core/format.ts';
import { fromProblem, GraftError } from '#shared/messages/error.ts';
import { conduct } from './engine-conduct.ts';
import { EngineStopped, type StopCause } from './engine-stopped.ts';

export interface EngineLaunch {
  readonly node: string;
  readonly engine: string;
  readonly environment: NodeJS.ProcessEnv;
  /** No process is started before this is settled, and none if it fails. */
  readonly allowed?: Promise<void> | undefined;
}

export interface EngineListener {
  /** Events of the run in progress, in order. */
  readonly onEvents: (run: string, events: readonly RunEvent[]) => void;
  /** The process is gone without having been asked to go; every call in flight has failed already. */
  readonly onDeath: (reason: string) => void;
  /** A line the engine wrote to its standard output or error. */
  readonly onLog: (line: string) => void;
}

/** A batch with something wrong in it, which is no reason to lose the rest. */
const batchSchema = z.object({ type: z.literal('events'), run: z.string(), events: z.array(z.unknown()) });

interface Call {
  readonly procedure: EngineProcedure;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly onProgress: OnProgress;
}

/** Told how far a call has come, where its procedure says so. */
export type OnProgress = (progress: TuningProgress) => void;

export interface CallOptions {
  readonly onProgress?: OnProgress | undefined;
  /** Seconds beside those that such a call may take in any case. */
  readonly moreSeconds?: number | undefined;
}

/** Seconds a process may take to say that it is ready. */
const readyLimit = 60;
/** Grace between closing the channel and ending a process that still computes, milliseconds. */
const closeGrace = 2000;
/** For how long the last words of a process that has ended may still be on their way, milliseconds. */
const lastWordsGrace = 300;
const keptLogLines = 5;

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #listener: EngineListener;
  readonly #calls = new Map<number, Call>();
  readonly #ready: Promise<void>;
  readonly #gone: Promise<void>;
  #becomeReady: () => void = () => undefined;
  #failReady: (error: Error) => void = () => undefined;
  #nextId = 1;
  #closing = false;
  #dead = false;
  #lastLines: string[] = [];
  #note: CauseOfDeath | undefined;

  constructor(launch: EngineLaunch, listener: EngineListener) {
    this.#listener = listener;
    this.#ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#failReady = reject;
    });
    this.#ready.catch(() => undefined);
    this.#child = fork(launch.engine, [], {
      execPath: launch.node,
      execArgv: [],
      // Pictures are decoded on this pool, which is the process's own; its default of 4 would idle most processors.
      env: { UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())), ...launch.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    });
    const readyTimer = setTimeout(() => {
      this.#failReady(new GraftError('run.engine-silent', { procedure: 'start', seconds: readyLimit }));
      this.#child.kill('SIGKILL');
    }, readyLimit * 1000);
    void this.#ready.finally(() => clearTimeout(readyTimer)).catch(() => undefined);
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#died(error.message);
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve(this.#lastWords().finally(() => this.#died(how)));
      });
    });
    this.#child.on('message', (message) => this.#receive(message));
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#readLines(stream);
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return !this.#dead && !this.#closing;
  }

  /** Throws what the engine throws, or an EngineStopped when the process ends before it answers. */
  async call<Name extends EngineProcedure>(
    procedure: Name,
    input: EngineInput<Name>,
    { onProgress = () => undefined, moreSeconds = 0 }: CallOptions = {},
  ): Promise<EngineOutput<Name>> {
    await this.#ready.catch((error: unknown) => {
      throw error instanceof NotStarted ? new EngineStopped(procedure, error.stopCause, error.message) : error;
    });
    const output = await new Promise<unknown>((resolve, reject) => {
      if (this.#dead) return reject(new EngineStopped(procedure, 'ended', 'it is not running'));
      const id = this.#nextId++;
      const { seconds } = conduct[procedure];
      const timer =
        seconds === undefined ? undefined : setTimeout(() => this.#lose(id), (seconds + moreSeconds) * 1000);
      this.#calls.set(id, { procedure, resolve, reject, timer, onProgress });
      this.#child.send({ id, procedure, input }, (error) => {
        if (error) this.#take(id)?.reject(new EngineStopped(procedure, 'ended', error.message));
      });
    });
    return engineProcedures[procedure].output.parse(output) as EngineOutput<Name>;
  }

  /** Closes the channel and waits until the process is gone, ending it when it does not go. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#child.connected) {
      // A run that would go on without its host is told that this is no accident.
      this.#child.send(leaveMessage, () => undefined);
      this.#child.disconnect();
    }
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), closeGrace);
    await this.#gone;
    clearTimeout(timer);
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #receive(raw: unknown): void {
    const parsed = engineMessageSchema.safeParse(raw);
    if (!parsed.success) {
      const batch = batchSchema.safeParse(raw);
      if (batch.success) return this.#receiveReadable(batch.data.run, batch.data.events);
      return this.#listener.onLog(`unreadable engine message: ${parsed.error.message}`);
    }
    const message = parsed.data;
    if (message.type === 'ready') this.#becomeReady();
    else if (message.type === 'events') this.#listener.onEvents(message.run, message.events);
    else if (message.type === 'progress') this.#calls.get(message.id)?.onProgress(message.progress);
    else if (message.type === 'reply') this.#take(message.id)?.resolve(message.output);
    else this.#take(message.id)?.reject(fromProblem(message.problem));
  }

  #receiveReadable(run: string, raw: readonly unknown[]): void {
    const events = raw.flatMap((one) => {
      const parsed = runEventSchema.safeParse(one);
      if (!parsed.success) this.#listener.onLog(`unreadable event ${JSON.stringify(one)}: ${parsed.error.message}`);
      return parsed.success ? [parsed.data] : [];
    });
    if (events.length > 0) this.#listener.onEvents(run, events);
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    clearTimeout(call?.timer);
    return call;
  }

  /** A process that does not answer is stuck, and ended; others who wait for it are told of its end. */
  #lose(id: number): void {
    const call = this.#take(id);
    call?.reject(new EngineStopped(call.procedure, 'silent', 'it did not answer'));
    this.#child.kill('SIGKILL');
  }

  /**
   * Waits until what the process wrote last has been read. Its `close` event would not do: it never comes for a process
   * whose channel was closed from here.
   */
  async #lastWords(): Promise<void> {
    const { stdout, stderr, connected } = this.#child;
    const read = [stdout, stderr].map(async (stream) => stream && finished(stream).catch(() => undefined));
    const heard = connected ? once(this.#child, 'disconnect') : undefined;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, lastWordsGrace).unref();
    });
    await Promise.race([Promise.all([...read, heard]), late]);
  }

  #died(how: string): void {
    if (this.#dead) return;
    this.#dead = true;
    const { stopCause, reason } = this.#causeOf(how);
    this.#failReady(new NotStarted(stopCause, reason));
    for (const [id, { procedure }] of this.#calls)
      this.#take(id)?.reject(new EngineStopped(procedure, stopCause, reason));
    if (!this.#closing) this.#listener.onDeath(reason);
  }

  #causeOf(how: string): { stopCause: StopCause; reason: string } {
    if (this.#closing) return { stopCause: 'asked', reason: 'it was ended' };
    switch (this.#note?.cause) {
      case 'memory':
        return { stopCause: 'memory', reason: memoryWords(this.#note) };
      case 'stuck':
        return { stopCause: 'silent', reason: 'native code did not come back' };
      default:
        return { stopCause: 'ended', reason: [how, ...this.#lastLines.slice(-1)].join('; ') };
    }
  }

  #readLines(stream: NodeJS.ReadableStream | null): void {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const note = readDeathNote(line);
        if (note) {
          this.#note = note;
          continue;
        }
        this.#lastLines = [...this.#lastLines, line.trim()].slice(-keptLogLines);
        this.#listener.onLog(line);
      }
    });
  }
}

/** The process ended before it could be asked anything. */
class NotStarted extends Error {
  readonly stopCause: StopCause;

  constructor(stopCause: StopCause, reason: string) {
    super(reason);
    this.stopCause = stopCause;
  }
}

function memoryWords({ heldMiB, limitMiB }: Extract<CauseOfDeath, { cause: 'memory' }>): string {
  const [held, limit] = [heldMiB, limitMiB].map((count) => formatBytes(count * 2 ** 20));
  return `it took ${held} of memory, and was given ${limit}`;
}
