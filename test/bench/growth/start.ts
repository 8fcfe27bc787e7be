/**
 * From starting the browser host to a canvas that takes a node, with nothing kept of earlier starts: the first time in
 * a person's life, when the example opens by itself. From the sources, and from the build where there is one.
 */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { median } from '../surroundings.ts';
import { openBrowser } from './browser.ts';
import { root, startGraft } from './processes.ts';

const rounds = 5;

interface Start {
  /** From the start of the host to its address. */
  readonly host: number;
  /** From then on: the first paint, the canvas, and a node that was added on it. */
  readonly paint: number;
  readonly canvas: number;
  readonly node: number;
  readonly whole: number;
  /** Kilobytes of scripts and styles, by file, loaded until then. */
  readonly loaded: Readonly<Record<string, number>>;
}

export async function measureStart(folder: string, say: (line: string) => void): Promise<object> {
  const browser = await openBrowser();
  const built = join(root, 'out/cli/main.js');
  const programs: readonly (readonly [string, string | undefined])[] = [
    ['sources', undefined],
    ...(existsSync(built) ? [['built', built] as const] : []),
  ];
  const figures: Record<string, object> = {};
  try {
    for (const [name, program] of programs) {
      const starts: Start[] = [];
      for (let round = 0; round < rounds; round++) starts.push(await start(browser, folder, program));
      const milliseconds = Object.fromEntries(
        (['host', 'paint', 'canvas', 'node', 'whole'] as const).map((key) => [
          key,
          Math.round(median(starts.map((one) => one[key]))),
        ]),
      );
      say(
        `${name}: ${JSON.stringify(milliseconds)} ms, all rounds ${starts.map(({ whole }) => Math.round(whole)).join(', ')}`,
      );
      figures[name] = { milliseconds, loadedKB: (starts[0] as Start).loaded };
    }
  } finally {
    await browser.close();
  }
  say(`loaded, kB: ${JSON.stringify(figures)}`);
  return figures;
}

async function start(browser: Browser, folder: string, program: string | undefined): Promise<Start> {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(home, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const began = performance.now();
  const child = startGraft(['serve', '--no-open', '--json'], home, program);
  try {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const first = await lines[Symbol.asyncIterator]().next();
    const { url } = JSON.parse(String(first.value)) as { url: string };
    const host = performance.now() - began;
    await page.goto(url, { waitUntil: 'commit' });
    const canvas = new CanvasPage(page);
    await canvas.card('training').waitFor();
    const shown = performance.now() - began - host;
    const before = await canvas.cards.count();
    await page.getByTestId('palette-note').click();
    await canvas.cards.nth(before).waitFor();
    const whole = performance.now() - began;
    const { paint, loaded } = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      loaded: Object.fromEntries(
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
          .filter(({ name }) => /\.(js|css)$/.test(name))
          .map(({ name, decodedBodySize }) => [name.replace(/^.*\//, ''), Math.round(decodedBodySize / 1000)]),
      ),
    }));
    return { host, paint, canvas: shown, node: whole - host, whole, loaded };
  } finally {
    await context.close();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
