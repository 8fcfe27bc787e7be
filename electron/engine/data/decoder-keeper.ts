/**
 * Keeps the decoder: a process that is started with the first picture, ended when it has been idle for long, and started
 * again whenever it ends with work left. It is kept by a thread of the engine, since a session blocks the main one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { DecoderMessage, DecoderSettings, KeeperMessage, PictureJob } from './decoder-messages.ts';
import { FrameReader } from './picture-frames.ts';
import { PictureJobs, type Ending } from './picture-jobs.ts';
import { readInto } from './picture-pipe.ts';

export interface DecoderLaunch {
  /** Path of the decoder's program. */
  readonly program: string;
  readonly settings: DecoderSettings;
  /** How long it may have nothing to do. */
  readonly idleMilliseconds: number;
  /** Arguments for Node. */
  readonly arguments: readonly string[];
}

/** It is given up when it has ended this often without having answered anything in between. */
const fruitlessStarts = 4;
/** Place of the pipe for pictures, and of the channel for messages, among the decoder's descriptors. */
const pictureDescriptor = 3;

export class DecoderKeeper {
  readonly #launch: DecoderLaunch;
  readonly #say: (message: KeeperMessage) => void;
  readonly #jobs: PictureJobs;
  #child: ChildProcess | undefined;
  #following: Promise<void> | undefined;
  /** Before that nothing is asked of it, or a picture that ends it at once could not be told from one that never starts. */
  #isReady = false;
  #idle: NodeJS.Timeout | undefined;
  #starts = 0;
  #answersBefore = 0;

  constructor(launch: DecoderLaunch, say: (message: KeeperMessage) => void) {
    this.#launch = launch;
    this.#say = say;
    this.#jobs = new PictureJobs(say, launch.settings.oneBytes);
  }

  /** Starts the process, should there be none, for pictures that are about to come. */
  wake(): void {
    if (!this.#child) this.#start();
    this.#proceed();
  }

  add(job: PictureJob): void {
    clearTimeout(this.#idle);
    this.#jobs.add(job);
    if (this.#jobs.isBusy && !this.#child) this.#start();
    this.#proceed();
  }

  /** Forgets what is under way; over when the process has gone. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#jobs.clear();
    this.#child?.kill('SIGKILL');
    await this.#following;
  }

  #start(): void {
    const { program, settings } = this.#launch;
    try {
      const child = fork(program, [JSON.stringify(settings)], {
        execArgv: [...this.#launch.arguments],
        env: { ...decoderEnvironment(settings.threads), ...process.env },
        stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'],
        windowsHide: true,
      });
      this.#child = child;
      this.#say({ type: 'process', id: child.pid });
      this.#following = this.#follow(child);
    } catch (error) {
      // No memory for another process, say.
      this.#giveUp((error as Error).message);
    }
  }

  /** Lives as long as the process does, and a little longer: what it has written is still to be read. */
  async #follow(child: ChildProcess): Promise<void> {
    let word: Ending | undefined;
    child.on('message', (message: DecoderMessage) => {
      if (message.type === 'ready') {
        this.#isReady = true;
        this.#proceed();
      } else word = message;
    });
    const reader = new FrameReader({
      place: (header) => this.#jobs.place(header),
      take: (header, content) => {
        this.#jobs.take(header, content);
        this.#proceed();
      },
    });
    const how = await new Promise<string>((resolve) => {
      child.on('error', ({ message }) => {
        if (child.pid === undefined) resolve(message);
      });
      if (child.pid === undefined) return;
      const pipe = child.stdio[pictureDescriptor] as Socket;
      const isRead = readInto(pipe, reader, () => child.kill('SIGKILL'));
      const isHeard = once(child, 'disconnect');
      child.once('exit', (code, signal) => {
        void Promise.all([isRead, isHeard]).then(() => resolve(signal ?? `exit code ${code}`));
      });
    });
    const wasReady = this.#isReady;
    this.#child = undefined;
    this.#isReady = false;
    this.#say({ type: 'process', id: undefined });
    if (this.#jobs.isBusy) this.#recover(word, how, wasReady);
  }

  #recover(word: Ending | undefined, how: string, wasReady: boolean): void {
    this.#starts = this.#jobs.answers === this.#answersBefore ? this.#starts + 1 : 0;
    this.#jobs.lost(word, how, wasReady);
    this.#answersBefore = this.#jobs.answers;
    if (this.#starts >= fruitlessStarts) {
      this.#starts = 0;
      this.#giveUp(`it ends as soon as it starts (${how})`);
    }
    if (this.#jobs.isBusy) this.#start();
    this.#proceed();
  }

  #giveUp(reason: string): void {
    this.#jobs.clear();
    this.#say({ type: 'broken', reason });
  }

  /** Asks for what is to be asked for, and ends the decoder when that has been nothing for long. */
  #proceed(): void {
    const child = this.#child;
    // One that has ended is heard of by itself.
    if (child?.connected && this.#isReady) for (const task of this.#jobs.next()) child.send(task, () => undefined);
    if (this.#jobs.isBusy) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#child?.kill('SIGKILL'), this.#launch.idleMilliseconds);
  }
}

function decoderEnvironment(threads: number): NodeJS.ProcessEnv {
  return {
    // Pictures are decompressed on this pool, which is the process's own; its default of 4 would idle most processors.
    UV_THREADPOOL_SIZE: String(Math.max(4, threads)),
    // Left to itself, glibc keeps what large pictures took: 0.5 to 0.9 GB after a few. Small ones take as long as before.
    MALLOC_MMAP_THRESHOLD_: String(2 * 2 ** 20),
    MALLOC_TRIM_THRESHOLD_: String(32 * 2 ** 20),
  };
}
