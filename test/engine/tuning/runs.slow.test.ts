/** Runs are compiled with what is known of the machine when they begin, and keep to it. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '#shared/compiler/compile.ts';
import type { Choices } from '#shared/compiler/tuning/choices.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { control, pool, resume, train } from '#electron/engine/training/runs.ts';
import { knownChoices, secondsToTune } from '#electron/engine/tuning/run-choices.ts';
import { stopTuning, tune } from '#electron/engine/tune.ts';
import { machineOf } from '#electron/engine/tuning/tuner.ts';
import { Listener, losses, makePictures, project, temporaryHome } from '#test/engine/support.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
const settings = ['freeze.mode=until', 'freeze.stage=stage3', 'training.batchSize=8', 'training.patience=0'];
const short = [...settings, 'training.epochs=4', 'optimizer.kind=sgd', 'optimizer.learningRate=0.3'];
/** One place alone, so that measuring ends soon. */
const long = [...settings, 'freeze.stage=stage5', 'training.epochs=100000'];
let runs = 0;

beforeAll(() => makePictures(data, 10));
beforeEach(() => {
  process.env['GRAFT_HOME'] = temporaryFolder();
});
afterAll(async () => {
  await pool.close();
  home.remove();
});

async function run(given: readonly string[], onEvent?: ConstructorParameters<typeof Listener>[0]): Promise<Ran> {
  const listener = new Listener(onEvent);
  const runFolder = join(home.path, `run-${runs++}`);
  await train({ document: project(data, given), baseFolder: home.path, device: 'cpu', runFolder }, listener.hear);
  await listener.over;
  return { listener, folder: new RunFolder(runFolder) };
}

interface Ran {
  readonly listener: Listener;
  readonly folder: RunFolder;
}

/** Has every convolution's weight gradient of the project written in a way that it usually is not. @returns these */
async function chooseOthers(): Promise<Choices> {
  const document = project(data, short);
  const source = { kind: 'project' as const, document, baseFolder: home.path };
  const { table } = await machineOf('cpu');
  const { places } = await tune({ source, device: 'cpu', again: false }, ({ done }) => {
    if (done === 0) stopTuning();
  });
  const choices: Record<string, string> = {};
  for (const { operator, shape, usual } of places) {
    if (operator !== 'ConvWeightGradient') continue;
    const choice = usual === 'tap products' ? 'sample convolution' : 'tap products';
    table.keep(`${operator}: ${shape}`, { choice, usual, ms: {} });
    choices[`${operator}: ${shape}`] = choice;
  }
  return choices;
}

describe('a run', () => {
  it('is not tuned where that takes longer than it saves, and says so in its record', async () => {
    const { listener, folder } = await run(short);
    expect(listener.find('tuning')).toBeUndefined();
    expect(folder.readRecord().spellings).toEqual({});
  });

  it('goes by what was measured before, and still does when it is resumed on a machine that knows otherwise', async () => {
    const usual = await run(short);
    const choices = await chooseOthers();
    expect(Object.keys(choices).length).toBeGreaterThan(0);
    const whole = await run(short);
    expect(whole.folder.readRecord().spellings).toEqual(choices);
    // The same but for rounding, which tells that other graphs were run.
    const [before, after] = [losses(usual.listener.events), losses(whole.listener.events)];
    expect(after).not.toEqual(before);
    expect(after[0]).toBeCloseTo(before[0] as number, 4);
    const cut = await run(short, (event) => {
      if (event.event === 'step' && event.step === 8) throw new Error('pulled the plug');
    });
    process.env['GRAFT_HOME'] = temporaryFolder();
    const rest = new Listener();
    await resume(cut.folder.path, rest.hear);
    await rest.over;
    expect(rest.find('tuning')).toBeUndefined();
    expect(losses(cut.folder.readEvents())).toEqual(after);
  });

  it('that is long measures its own places first, and can be stopped meanwhile', async () => {
    const { listener, folder } = await run(long, (event) => {
      if (event.event === 'tuning' && event.done === 1) control({ action: 'stop' });
    });
    expect(listener.all('tuning').map(({ done }) => done)).toEqual([0, 1]);
    expect(listener.find('step')).toBeUndefined();
    expect(listener.find('error')?.code).toBe('run.nothing-trained');
    expect(folder.readEvents().filter(({ event }) => event === 'tuning')).toEqual([]);
  });

  it('that is long trains once it has measured', async () => {
    const { listener, folder } = await run(long, (event) => {
      if (event.event === 'step' && event.step === 1) control({ action: 'stop' });
    });
    const measured = listener.all('tuning').at(-1);
    expect(measured?.done).toBe(measured?.total);
    const { plan } = await loadProject(project(data, short), home.path);
    expect(folder.readRecord().spellings).toEqual(await knownChoices(plan, 'cpu'));
    expect(listener.find('done')?.reason).toBe('stopped');
  });
});

it('a run that is held to a memory limit writes its gradients as usual, whose memory is known', async () => {
  await chooseOthers();
  const { plan } = await loadProject(project(data, short), home.path);
  expect(await knownChoices(plan, 'cpu')).not.toEqual({});
  const checkpointing = { limit: 1, cuts: [1], before: 2, after: 1, repeated: 1 };
  const limited = { ...plan, phases: { ...plan.phases, checkpointing } } as Plan;
  expect(await knownChoices(limited, 'cpu')).toEqual({});
});

it('measuring pays by how much a run computes, on the processor', async () => {
  const { plan } = await loadProject(project(data, short), home.path);
  const head = await loadProject(project(data, ['training.batchSize=8']), home.path);
  expect(secondsToTune(plan, 'cpu', 16)).toBe(0);
  expect(secondsToTune(plan, 'cpu', 1e9)).toBe(10);
  expect(secondsToTune(plan, 'webgpu', 1e9)).toBe(0);
  expect(secondsToTune(head.plan, 'cpu', 1e5)).toBe(0);
});
