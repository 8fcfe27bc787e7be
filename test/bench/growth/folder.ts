/**
 * A folder of a hundred thousand pictures: how long it takes to open on the command line and in the window, how often
 * its files and folders are asked for from the first look to the end of a training, and how long an epoch takes, the
 * features of all pictures computed before.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { startHost } from '#test/e2e/support/host.ts';
import { graft } from '../sides.ts';
import { rounded } from '../surroundings.ts';
import { openBrowser } from './browser.ts';
import { drawPictures } from './pictures.ts';
import { residentMemory, root, startGraft } from './processes.ts';

const classes = 10;
const each = 10_000;

type Say = (line: string) => void;

export async function measureFolder(folder: string, say: Say): Promise<object> {
  const { pictures, project, home } = await drawFolder(folder);
  const openSeconds = await openByCommand(folder, project, home);
  say(`graft check: ${JSON.stringify(openSeconds)} s`);
  const counted = countCalls(folder, pictures, project);
  say(`directories listed, files asked for and read, by command: ${JSON.stringify(counted)}`);
  const browser = await openBrowser();
  let inWindow: object;
  try {
    inWindow = await openInWindow(browser, pictures);
  } finally {
    await browser.close();
  }
  say(`in the window: ${JSON.stringify(inWindow)}`);
  return { pictures: classes * each, openSeconds, counted, inWindow };
}

interface Drawn {
  readonly pictures: string;
  readonly project: string;
  readonly home: string;
}

async function drawFolder(folder: string): Promise<Drawn> {
  const [pictures, project, home] = ['pictures', 'project.graft', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await drawPictures(pictures, classes, each);
  // What has just changed is listed again: nobody opens a folder within two seconds of copying it.
  await new Promise((resolve) => {
    setTimeout(resolve, 3000);
  });
  await graft(['new', 'image-classification', '--data', pictures, '-o', project], home);
  return { pictures, project, home };
}

const seconds = (began: number): number => rounded((performance.now() - began) / 1000);

/** Whole commands, the start of their processes included; of the sample's 1,200 pictures for comparison. */
async function openByCommand(folder: string, project: string, home: string): Promise<object> {
  const small = join(folder, 'small.graft');
  const sample = join(root, 'resources/sample/orchard');
  await graft(['new', 'image-classification', '--data', sample, '-o', small], home);
  const check = (file: string): number => {
    const began = performance.now();
    const words = [join(root, 'electron/cli/main.ts'), 'check', file];
    execFileSync(process.execPath, words, { env: { ...process.env, GRAFT_HOME: home }, stdio: 'ignore' });
    return seconds(began);
  };
  check(small);
  return { first: check(project), again: check(project), ofTheSample: check(small) };
}

/** Directory reads and file states under the pictures, as the system sees them; null without strace. */
function countCalls(folder: string, pictures: string, project: string): object | null {
  if (spawnSync('strace', ['-V']).error) return null;
  const home = join(folder, 'counted-home');
  const count = (words: readonly string[]): object => {
    const log = join(folder, 'calls');
    const traced = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=openat,statx', '-s', '4096', '-o', log];
    const program = [process.execPath, join(root, 'electron/cli/main.ts'), ...words];
    execFileSync('strace', [...traced, ...program], { env: { ...process.env, GRAFT_HOME: home }, stdio: 'ignore' });
    const calls = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(pictures));
    return {
      listed: calls.filter((line) => line.includes('openat') && line.includes('O_DIRECTORY')).length,
      states: calls.filter((line) => line.includes('statx(')).length,
      read: calls.filter((line) => line.includes('openat') && !line.includes('O_DIRECTORY')).length,
    };
  };
  // Ten pictures of each class: the folder is as large, the training is not.
  const few = ['--set', 'data.limitPerClass=10', '--set', 'training.epochs=1', '--device', 'cpu'];
  return {
    check: count(['check', project]),
    checkAgain: count(['check', project]),
    train: count(['train', project, ...few]),
  };
}

async function openInWindow(browser: Browser, pictures: string): Promise<object> {
  const host = await startHost();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    let received = 0;
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => (received += payload.length));
    });
    await page.goto(host.url);
    await new StartPage(page).heading.waitFor();
    // Devices are looked at once; that is over before anybody has chosen a folder.
    await page.waitForLoadState('networkidle');
    const before = received;
    const began = performance.now();
    await new StartPage(page).beginWithFolder(pictures);
    const dialog = seconds(began);
    await countShown(page, 80_000);
    const counts = seconds(began);
    await page.getByTestId('node-data').locator('img').first().waitFor();
    const thumbnails = seconds(began);
    const bytes = received - before;
    const [share, split] = await changeSplit(page);
    return {
      secondsToDialogClosed: dialog,
      secondsToCounts: counts,
      secondsToThumbnails: thumbnails,
      bytesReceived: bytes,
      secondsToAnotherSplit: split,
      heldOut: share,
    };
  } finally {
    await context.close();
    await host.stop();
  }
}

function countShown(page: Page, trained: number): Promise<void> {
  const words = `Train ${trained.toLocaleString('en-US')} ·`;
  return page.getByTestId('node-data').getByText(words).waitFor({ timeout: 120_000 });
}

async function changeSplit(page: Page): Promise<[share: number, seconds: number]> {
  await new CanvasPage(page).select('split');
  const began = performance.now();
  await new WorkbenchPage(page).setExactly('Held out', '0.3');
  await countShown(page, 70_000);
  return [0.3, seconds(began)];
}

export async function measureEpoch(folder: string, say: Say): Promise<object> {
  const { project, home } = await drawFolder(folder);
  const words = ['--set', 'training.epochs=1', '--set', 'augment.enabled=false', '--device', 'cpu', '--json'];
  const began = performance.now();
  const host = startGraft(['train', project, ...words], home);
  /** Seconds until the first event of each kind. */
  const heard: Record<string, number> = {};
  const memory = { host: 0, engine: 0 };
  const timer = setInterval(() => {
    const found = residentMemory(host.pid as number);
    memory.host = Math.max(memory.host, Math.round(found?.host ?? 0));
    memory.engine = Math.max(memory.engine, Math.round(found?.engine ?? 0));
  }, 1000);
  for await (const line of createInterface({ input: host.stdout as NodeJS.ReadableStream })) {
    const [, event] = /^\{"event":"(\w+)"/.exec(line) ?? [];
    if (event !== undefined) heard[event] ??= seconds(began);
  }
  clearInterval(timer);
  if (heard['done'] === undefined) throw new Error('the run did not end well');
  const figures = { pictures: classes * each, secondsTo: heard, peakMiB: memory };
  say(JSON.stringify(figures));
  return figures;
}
