/** What becomes of engine processes when their host goes without a word, and of processes that native code holds. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serializeDocument } from '#shared/document/serialize.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { holderOf } from '#electron/files/lock.ts';
import { isRunning, processMark } from '#electron/files/process-mark.ts';
import { locateDataHome } from '#electron/services/data-home.ts';
import { locateProgram } from '#electron/services/program.ts';
import { createServices, type Services } from '#electron/services/services.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { losses, makePictures, project, temporaryHome } from '#test/engine/support.ts';
import { collect } from '#test/support/collect.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
beforeAll(() => makePictures(data, 20));
afterAll(() => home.remove());

/** A model with a constant that a Loop of so many turns makes, each of them adding `width` numbers to it. */
function loopingModel(name: string, turns: number, width: number): string {
  const body = new GraphBuilder(17);
  body.input('turn', 'int64', []);
  const going = body.input('going', 'bool', []);
  body.output(body.op('Identity', [going]), 'bool', [], 'still');
  body.output(body.op('ConstantOfShape', [body.ints([width])]), 'float32', [width], 'row');
  const builder = new GraphBuilder(17);
  const pictures = builder.input('pictures', 'float32', ['N', 3, 8, 8]);
  const attributes = { body: { type: 'graph', value: body.build('body') } } as const;
  const yes = builder.op('Cast', [builder.scalar('int64', 1)], { to: 9 });
  const [rows = ''] = builder.opN('Loop', [builder.scalar('int64', turns), yes], 1, attributes);
  const sum = builder.op('ReduceSum', [rows], { keepdims: 0 });
  builder.output(
    builder.op('Add', [builder.op('ReduceMean', [pictures], { axes: [2, 3], keepdims: 0 }), sum]),
    'float32',
    ['N', 3],
    'features',
  );
  const file = join(home.path, name);
  const model = { graph: builder.build('looping'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  writeFileSync(file, encodeModel(model));
  return file;
}

/** A host that does what it is told, and prints what comes of it. */
function startHost(
  program: string,
  ...words: string[]
): { readonly process: ChildProcess; readonly line: () => Promise<string> } {
  const { node, root } = locateProgram();
  const child = spawn(node, ['--input-type=module-typescript', '--eval', program, ...words], {
    cwd: root,
    env: { ...process.env, GRAFT_HOME: home.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  return { process: child, line: async () => String((await once(child.stdout, 'data'))[0]).trim() };
}

async function services(): Promise<Services> {
  const made = await createServices({ home: locateDataHome({ GRAFT_HOME: home.path }), log: () => undefined });
  onTestFinished(() => made.close());
  return made;
}

const expectGone = async (id: number): Promise<void> => {
  const mark = await processMark(id);
  await expect.poll(() => isRunning(mark), { timeout: 30_000 }).toBe(false);
};

describe('an engine process that native code holds', () => {
  it('is ended with its host', async () => {
    const model = loopingModel('endless.onnx', 2 ** 50, 1);
    const host = startHost(
      `
      import { fork } from 'node:child_process';
      import { locateProgram } from '#electron/services/program.ts';
      const { node, engine } = locateProgram();
      const child = fork(engine, [], { execPath: node, execArgv: [] });
      child.on('message', ({ type }) => {
        if (type !== 'ready') return;
        const path = process.argv[1];
        child.send({ id: 1, procedure: 'describeBackbone', input: { path, id: path } }, () => console.log(child.pid));
      });
      `,
      model,
    );
    const engine = Number(await host.line());
    host.process.kill('SIGKILL');
    await expectGone(engine);
  });

  it('is ended when it takes more memory than a question may, and the file is named', async () => {
    const model = loopingModel('greedy.onnx', 100_000, 250_000);
    const { engine } = await services();
    const innocent = join(locateProgram().resources, 'backbones', 'nano', 'nano.onnx');
    const answers = await Promise.allSettled([
      engine.call('assistant', 'describeBackbone', { path: model, id: model }),
      engine.call('assistant', 'describeBackbone', { path: innocent, id: 'nano' }),
    ]);
    expect(answers[0]).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'model.ends-engine',
        message: expect.stringMatching(/greedy\.onnx makes the runtime end: it took/) as string,
      },
    });
    // It was asked again of another process, or had its answer before.
    expect(answers[1]).toMatchObject({ status: 'fulfilled', value: { id: 'nano' } });
  });
});

describe('a run whose host has gone without a word', () => {
  const hosting = `
    import { createServices } from '#electron/services/services.ts';
    import { parseDocument } from '#shared/document/parse.ts';
    import { readFileSync } from 'node:fs';
    const [, file, leaves] = process.argv;
    const services = await createServices({ leavesRuns: leaves === 'leaves', log: () => undefined });
    const run = await services.runs.start(parseDocument(readFileSync(file, 'utf8'), file), '', 'cpu');
    for await (const events of await services.runs.watch(run)) {
      if (!events.some(({ event }) => event === 'epoch')) continue;
      console.log(JSON.stringify({ run, trainer: services.engine.processId('trainer') }));
      break;
    }
    setInterval(() => undefined, 1000);
  `;

  async function begin(
    leaves: boolean,
    ...settings: string[]
  ): Promise<{ run: string; trainer: number; host: ChildProcess }> {
    const file = join(home.path, 'project.graft');
    writeFileSync(file, serializeDocument(project(data, ['training.patience=0', ...settings])));
    const host = startHost(hosting, file, leaves ? 'leaves' : '');
    return { ...(JSON.parse(await host.line()) as { run: string; trainer: number }), host: host.process };
  }

  it('goes on, is taken up by the next host, obeys it, and ends', async () => {
    const { run, trainer, host } = await begin(true, 'training.epochs=100000');
    host.kill('SIGKILL');
    await expect.poll(async () => (await holderOf(run))?.alone, { timeout: 20_000 }).toBe(true);
    const { runs } = await services();
    await expect(runs.list()).resolves.toMatchObject([{ run, status: 'running' }]);
    await expect(runs.resume(run)).rejects.toMatchObject({ code: 'run.locked' });
    await runs.adopt();
    expect(runs.current).toBe(run);
    const heard: RunEvent[] = [];
    const over = (async () => {
      for await (const events of await runs.watch(run)) heard.push(...events);
    })();
    const epochs = (): number => heard.filter(({ event }) => event === 'epoch').length;
    await expect.poll(epochs, { timeout: 20_000 }).toBeGreaterThan(1);
    await runs.control({ action: 'stop' });
    await over;
    expect(heard[0]?.event).toBe('plan');
    expect(heard.at(-1)).toMatchObject({ event: 'done', reason: 'stopped' });
    await expectGone(trainer);
    expect(await holderOf(run)).toBeUndefined();
  });

  it('whose own process ends, too, is gone on with by the host that has taken it up, with the same losses', async () => {
    const settings = ['training.epochs=400', 'training.seed=9'];
    const { run, trainer, host } = await begin(true, ...settings);
    host.kill('SIGKILL');
    await expect.poll(async () => (await holderOf(run))?.alone, { timeout: 20_000 }).toBe(true);
    const made = await services();
    await made.runs.adopt();
    const heard: RunEvent[] = [];
    const over = (async () => {
      for await (const events of await made.runs.watch(run)) heard.push(...events);
    })();
    process.kill(trainer, 'SIGKILL');
    await over;
    const warned = heard.some((event) => event.event === 'warning' && event.code === 'run.engine-died');
    const wasOver = heard.at(-1)?.event === 'done' && !warned;
    expect(warned || wasOver).toBe(true);
    expect(heard.at(-1)).toMatchObject({ event: 'done', reason: 'epochs' });
    const whole = await made.runs.start(project(data, ['training.patience=0', ...settings]), '', 'cpu');
    await collect(await made.runs.watch(whole));
    expect(losses(new RunFolder(run).readEvents())).toEqual(losses(new RunFolder(whole).readEvents()));
  });

  it('ends with a host that takes its runs with it, such as a command', async () => {
    const { run, trainer, host } = await begin(false, 'training.epochs=100000');
    host.kill('SIGKILL');
    await expectGone(trainer);
    expect(await holderOf(run)).toBeUndefined();
    const { runs } = await services();
    await runs.adopt();
    expect(runs.current).toBeUndefined();
  });

  it('ends with a host that is asked to end', async () => {
    const { run, host } = await begin(true, 'training.epochs=100000');
    host.kill('SIGKILL');
    await expect.poll(async () => (await holderOf(run))?.alone, { timeout: 20_000 }).toBe(true);
    const first = await services();
    await first.runs.adopt();
    await first.runs.control({ action: 'stop' });
    await collect(await first.runs.watch(run));
    const second = await createServices({
      home: locateDataHome({ GRAFT_HOME: home.path }),
      leavesRuns: true,
      log: () => undefined,
    });
    await second.runs.start(project(data, ['training.patience=0', 'training.epochs=100000']), '', 'cpu');
    const trainer = second.engine.processId('trainer') as number;
    await second.close();
    await expectGone(trainer);
  });
});
