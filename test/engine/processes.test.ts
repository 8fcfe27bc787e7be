/** Runs through the command line: engines that are killed, and the same training on another device. */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { losses, makePictures, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
const project = join(home.path, 'project.graft');
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where Linux distributions put the software Vulkan driver that Chromium brings. */
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json';
const gpuEnvironment = existsSync(softwareVulkan)
  ? { VK_DRIVER_FILES: softwareVulkan, XDG_RUNTIME_DIR: home.path }
  : {};

interface Command {
  readonly process: ChildProcess;
  readonly events: RunEvent[];
  /** Exit code, or the signal that ended it. */
  readonly over: Promise<number | string>;
  /** Resolves when an event satisfies the condition. */
  readonly until: (condition: (event: RunEvent) => boolean) => Promise<void>;
}

function graft(...args: string[]): Command {
  const child = spawn(process.execPath, ['electron/cli/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...gpuEnvironment, GRAFT_HOME: home.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: RunEvent[] = [];
  const waiting: { condition: (event: RunEvent) => boolean; resolve: () => void }[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as RunEvent;
      events.push(event);
      for (const { condition, resolve } of waiting) if (condition(event)) resolve();
    }
  });
  return {
    process: child,
    events,
    over: new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    }),
    until: (condition) =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
      }),
  };
}

const slow = [
  '--device',
  'cpu',
  '--json',
  '--set',
  'freeze.mode=none',
  '--set',
  'training.batchSize=6',
  '--set',
  'training.epochs=3',
  '--set',
  'training.patience=0',
];
const train = (name: string, ...more: string[]): Command =>
  graft('train', project, '--runs', join(home.path, name), ...more);

/** The only run in a runs folder. */
function runOf(name: string): RunFolder {
  const folder = join(home.path, name);
  return new RunFolder(join(folder, readdirSync(folder)[0] as string));
}

function engineOf(command: Command): number {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(command.process.pid)], {
    encoding: 'utf8',
  });
  const engine = children.split('\n').find((line) => line.includes('engine/main'));
  if (!engine) throw new Error(`no engine among ${children}`);
  return Number(engine.trim().split(' ')[0]);
}

beforeAll(async () => {
  await makePictures(data, 16);
  const code = await graft('new', 'image-classification', '--data', data, '--backbone', 'nano', '-o', project, '--json')
    .over;
  if (code !== 0) throw new Error(`graft new ended with ${code}`);
});
afterAll(() => home.remove());

describe('a run whose processes are killed', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'the engine is found by “ps”, which Windows has not'));

  it('goes on by itself after kill -9 of the engine, with the losses of an uninterrupted run', async () => {
    const whole = train('whole', ...slow);
    expect(await whole.over).toBe(0);
    const killed = train('killed', ...slow);
    // In the middle of the second epoch, so that there is a checkpoint to go back to and work to repeat.
    await killed.until((event) => event.event === 'step' && event.epoch === 2);
    process.kill(engineOf(killed), 'SIGKILL');
    expect(await killed.over).toBe(0);
    expect(losses(runOf('killed').readEvents())).toEqual(losses(whole.events));
    expect(killed.events.some((event) => event.event === 'warning' && event.code === 'run.engine-died')).toBe(true);
  });

  it('is continued by “resume” after everything was killed', async () => {
    const whole = runOf('whole');
    const killed = train('all-killed', ...slow);
    await killed.until((event) => event.event === 'step' && event.epoch === 2);
    const engine = engineOf(killed);
    killed.process.kill('SIGKILL');
    process.kill(engine, 'SIGKILL');
    await killed.over;
    const run = runOf('all-killed');
    expect(await graft('resume', run.path, '--json').over).toBe(0);
    expect(losses(run.readEvents())).toEqual(losses(whole.readEvents()));
    expect(run.readRecord().status).toBe('done');
  });
});

/** Whether this machine can run the WebGPU provider at all, on a real or a software driver. */
async function hasWebGpu(): Promise<string | undefined> {
  const listed = graft('devices', '--json');
  await listed.over;
  const devices = listed.events as unknown as { device: string; available: boolean; reason?: string }[];
  const webgpu = devices.find(({ device }) => device === 'webgpu');
  return webgpu?.available ? undefined : (webgpu?.reason ?? 'it is not listed');
}

const missing = await hasWebGpu();

describe('training on WebGPU', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, `no WebGPU: ${missing}`));

  it.each([
    ['the head alone', ['--set', 'training.epochs=3']],
    ['the last stage', ['--set', 'freeze.mode=until', '--set', 'freeze.stage=stage5', '--set', 'training.epochs=1']],
  ])('%s: losses within 1e-3 of the CPU', async (title, settings) => {
    const both = ['cpu', 'webgpu'].map((device) => async (): Promise<RunEvent[]> => {
      const command = train(
        `${device}-${title}`,
        '--device',
        device,
        '--json',
        '--set',
        'training.batchSize=6',
        '--set',
        'data.limitPerClass=8',
        ...settings,
      );
      expect(await command.over).toBe(0);
      return command.events;
    });
    const cpu = losses(await (both[0] as () => Promise<RunEvent[]>)());
    const gpu = losses(await (both[1] as () => Promise<RunEvent[]>)());
    expect(cpu.length).toBeGreaterThan(2);
    expect(gpu).toHaveLength(cpu.length);
    cpu.forEach((loss, index) =>
      expect(Math.abs(loss - (gpu[index] as number)), `step ${index + 1}`).toBeLessThan(1e-3),
    );
  });

  it('in float16 follows float32, or is refused where the adapter cannot, with the node and what to do', async () => {
    const epochs = ['--set', 'training.epochs=2'];
    const command = train('half', '--device', 'webgpu', '--json', '--set', 'training.precision=float16', ...epochs);
    const code = await command.over;
    const error = command.events.find(({ event }) => event === 'error');
    if (code === 0) {
      const exact = train('exact', '--device', 'webgpu', '--json', ...epochs);
      expect(await exact.over).toBe(0);
      losses(exact.events).forEach((loss, index) =>
        expect(Math.abs(loss - (losses(command.events)[index] as number))).toBeLessThan(1e-2),
      );
    } else expect(error).toMatchObject({ code: 'run.half-missing', node: 'training' });
  });
});
