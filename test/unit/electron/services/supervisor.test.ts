import { describe, expect, test } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { toProblem } from '#shared/messages/error.ts';
import { locateProgram } from '#electron/services/program.ts';
import { Supervisor } from '#electron/services/supervisor.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the supervisor', () => {
  test('starts each role when it is first needed, with the data home in its environment', async () => {
    const { engine, home } = await testServices();
    expect(engine.processId('assistant')).toBeUndefined();
    const [device] = await engine.call('assistant', 'devices', {});
    expect(device?.name).toBe(home.root);
    expect(engine.processId('assistant')).toBeTypeOf('number');
    expect(engine.processId('trainer')).toBeUndefined();
  });

  test('passes on what the engine throws, in the same words', async () => {
    const { engine } = await testServices();
    const asked = { path: '/nowhere/missing', validation: 0.2, seed: 1, limitPerClass: 0 };
    await expect(engine.call('assistant', 'describeDataset', asked)).rejects.toMatchObject({
      code: 'data.folder-missing',
      message: 'The folder /nowhere/missing does not exist.',
    });
  });

  test('refuses an answer that breaks the contract', async () => {
    const { engine } = await testServices();
    await expect(engine.call('assistant', 'stages', { path: 'x' })).rejects.toThrow(/expected array/);
  });

  test('keeps the rest of a batch in which one event is broken, and logs that one', async () => {
    const services = await testServices();
    const document = { ...emptyDocument, title: 'sends a number that is none' };
    const run = await services.runs.start(document, '', 'cpu');
    const steps: number[] = [];
    for await (const events of await services.runs.watch(run)) {
      steps.push(...events.flatMap((event) => (event.event === 'step' ? [event.step] : [])));
    }
    expect(steps).toEqual([1, 3]);
    expect(services.lines.join('\n')).toMatch(/unreadable event .*"step":2/);
  });

  test('asks again what was in flight when the engine dies, if that changes nothing', async () => {
    const { engine } = await testServices();
    await engine.call('assistant', 'devices', {});
    const first = engine.processId('assistant') as number;
    const answers = [engine.call('assistant', 'devices', {}), engine.call('assistant', 'devices', {})];
    const lost = engine.call('assistant', 'evaluate', { run: '/nowhere' }).catch(toProblem);
    process.kill(first, 'SIGKILL');
    for (const answer of answers) expect((await answer)[0]?.device).toBe('cpu');
    expect(await lost).toMatchObject({
      code: 'engine.stopped',
      message: 'The engine stopped while it was to evaluate the run (signal SIGKILL).',
    });
    await engine.call('assistant', 'devices', {});
    expect(engine.processId('assistant')).not.toBe(first);
  });

  test('names the file that ends every process that looks at it, and answers the others', async () => {
    const { engine, lines } = await testServices();
    const look = (path: string) => engine.call('assistant', 'describeBackbone', { path, id: path });
    const [killer, innocent] = [look('/models/ends the process.onnx'), look('/models/fine.onnx')];
    await expect(killer).rejects.toMatchObject({
      code: 'model.ends-engine',
      message: expect.stringMatching(
        /^\/models\/ends the process\.onnx makes the runtime end: signal SIGSEGV/,
      ) as string,
    });
    expect((await innocent).id).toBe('/models/fine.onnx');
    expect(lines.filter((line) => line.includes('stopped unexpectedly'))).toHaveLength(2);
  });

  test('does not ask again what took more memory than it may, and says how much', async () => {
    const { engine, lines } = await testServices();
    const path = '/models/takes too much.onnx';
    await expect(engine.call('assistant', 'stages', { path })).rejects.toMatchObject({
      code: 'model.ends-engine',
      message: `${path} makes the runtime end: it took 3.15 GB of memory, and was given 1.57 GB.`,
    });
    expect(lines.filter((line) => line.includes('stopped unexpectedly'))).toHaveLength(1);
  });

  test('says so when the engine cannot be started at all', async () => {
    const program = locateProgram();
    const lines: string[] = [];
    const launch = { node: program.node, engine: '/nowhere/engine.js', environment: process.env };
    const supervisor = new Supervisor(launch, (line) => lines.push(line));
    await expect(supervisor.call('assistant', 'devices', {})).rejects.toMatchObject({ code: 'engine.stopped' });
    expect(lines.join('\n')).toContain('/nowhere/engine.js');
    await supervisor.close();
  });

  test('leaves no process behind when it closes', async () => {
    const { engine } = await testServices();
    await Promise.all([engine.call('assistant', 'devices', {}), engine.call('trainer', 'devices', {})]);
    const processes = [engine.processId('assistant') as number, engine.processId('trainer') as number];
    expect(processes.every(isRunning)).toBe(true);
    await engine.close();
    expect(processes.some(isRunning)).toBe(false);
  });
});
