/** The engine as a process of its own: what it answers to whoever forked it. */
import { fork, type ChildProcess } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { engineMessageSchema, type EngineMessage } from '#shared/protocol/engine.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const program = fileURLToPath(new URL('../../electron/engine/main.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => home.remove());

class Engine {
  readonly process: ChildProcess;
  readonly messages: EngineMessage[] = [];
  readonly over: Promise<number | NodeJS.Signals | null>;
  #waiting: (() => void)[] = [];

  constructor() {
    this.process = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(this.process);
    this.over = new Promise((resolve) => {
      this.process.on('exit', (code, signal) => resolve(code ?? signal));
    });
    this.process.on('message', (message) => {
      this.messages.push(engineMessageSchema.parse(message));
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** The first message that satisfies the condition; fails when the process ends before. */
  async until(condition: (message: EngineMessage) => boolean): Promise<EngineMessage> {
    for (;;) {
      const found = this.messages.find(condition);
      if (found) return found;
      const heard = new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
      const ended = this.over.then((code) => {
        throw new Error(`the engine ended with ${code}`);
      });
      await Promise.race([heard, ended]);
    }
  }

  ready(): Promise<EngineMessage> {
    return this.until(({ type }) => type === 'ready');
  }

  /** Sends a request and waits for its answer. */
  ask(id: number, procedure: string, input: unknown): Promise<EngineMessage> {
    this.process.send({ id, procedure, input });
    return this.until((message) => 'id' in message && message.id === id);
  }
}

describe('the engine', () => {
  it('says that it is ready, and answers each request under its number', async () => {
    const engine = new Engine();
    await engine.ready();
    expect(engine.messages).toEqual([{ type: 'ready' }]);
    const path = fileURLToPath(new URL('../fixtures/models/resnet18-17-bn.onnx', import.meta.url));
    const [seven, nine] = await Promise.all([
      engine.ask(7, 'stages', { path }),
      engine.ask(9, 'describeBackbone', { path, id: 'own' }),
    ]);
    const stages = seven.type === 'reply' ? (seven.output as { stage: string }[]) : [];
    expect(stages.length).toBeGreaterThan(3);
    expect(nine).toMatchObject({ type: 'reply', output: { id: 'own', stages } });
  });

  it('fails with a code and a remedy where it cannot do what is asked, and goes on', async () => {
    const engine = new Engine();
    const missing = join(home.path, 'nowhere');
    const asked: readonly [string, unknown, string][] = [
      ['stages', { path: `${missing}.onnx` }, 'model.file-missing'],
      ['predict', { model: `${missing}.onnx`, inputs: [] }, 'model.file-missing'],
      ['resume', { run: missing }, 'run.missing'],
      ['control', { action: 'stop' }, 'run.none'],
      ['describeDataset', { path: missing, validation: 0.2, seed: 1, limitPerClass: 0 }, 'data.folder-missing'],
      ['stages', { path: 3 }, 'input.bad-argument'],
      ['control', { action: 'explode' }, 'input.bad-argument'],
      ['stages', null, 'input.bad-argument'],
    ];
    for (const [id, [procedure, input, code]] of asked.entries()) {
      const answer = await engine.ask(id, procedure, input);
      expect(answer, `${procedure} ${JSON.stringify(input)}`).toMatchObject({ type: 'failure', id, problem: { code } });
      if (answer.type === 'failure') {
        expect(answer.problem.message).not.toBe('');
        expect(answer.problem.remedy).not.toBe('');
      }
    }
    expect(engine.process.exitCode).toBeNull();
  });

  it('survives messages that are no requests', async () => {
    const engine = new Engine();
    await engine.ready();
    for (const message of ['hello', 3, { id: 'one' }, { procedure: 'stages' }, { type: 'shutdown' }])
      engine.process.send(message);
    expect(await engine.ask(1, 'selfDestruct', {})).toMatchObject({ type: 'failure', id: 1 });
    expect(await engine.ask(2, 'resume', { run: home.path })).toMatchObject({ type: 'failure', id: 2 });
  });

  it('ends when whoever forked it is gone', async () => {
    const engine = new Engine();
    await engine.ready();
    engine.process.disconnect();
    expect(await engine.over).toBe(0);
  });

  it('ends in the middle of a run as well, which can then be continued', async () => {
    const data = join(home.path, 'pictures');
    const run = join(home.path, 'run');
    await makePictures(data, 6);
    const document = project(data, ['training.epochs=10000', 'training.patience=0', 'training.batchSize=8']);
    const engine = new Engine();
    const input = { document, baseFolder: home.path, device: 'cpu', runFolder: run };
    expect(await engine.ask(1, 'train', input)).toEqual({ type: 'reply', id: 1, output: { run } });
    await engine.until(
      (message) => message.type === 'events' && message.events.some((event) => event.event === 'epoch'),
    );
    // One run at a time; whatever else is asked is answered meanwhile.
    expect(await engine.ask(2, 'train', input)).toMatchObject({ type: 'failure', problem: { code: 'run.busy' } });
    const explained = await engine.ask(3, 'explain', { document, baseFolder: home.path, phase: 4 });
    expect(explained).toMatchObject({ output: expect.stringContaining('# phase 4: partition') as string });
    engine.process.disconnect();
    expect(await engine.over).toBe(0);
    const folder = RunFolder.open(run);
    expect(folder.readRecord().status).toBe('running');
    expect(folder.readCheckpoint('last').progress.finished).toBeNull();

    // A checkpoint that has rotted is said to have, and the engine is free for other work.
    const checkpoint = join(run, 'checkpoints', 'last.safetensors');
    truncateSync(checkpoint, 100);
    const next = new Engine();
    expect(await next.ask(1, 'resume', { run })).toMatchObject({ problem: { code: 'run.checkpoint-damaged' } });
    expect(await next.ask(2, 'control', { action: 'stop' })).toMatchObject({ problem: { code: 'run.none' } });
  });

  it('leaves Ctrl+C to its host', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows passes no Ctrl+C to a process by its number');
    const engine = new Engine();
    await engine.ready();
    engine.process.kill('SIGINT');
    expect(await engine.ask(1, 'control', { action: 'stop' })).toMatchObject({ type: 'failure' });
  });
});
