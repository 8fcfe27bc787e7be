/** Projects of a hundred to ten thousand nodes in the window: until they are open, and what keeps it busy after each edit. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { serializeDocument } from '#shared/document/serialize.ts';
import { startHost } from '#test/e2e/support/host.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { largeDocuments } from '#test/support/large-documents.ts';
import { rounded } from '../surroundings.ts';
import { openBrowser } from './browser.ts';

const sizes = [100, 1000, 3000, 10_000];
/** What takes longer is not waited for, milliseconds. */
const patience = 300_000;

export async function measureCanvas(_folder: string, say: (line: string) => void): Promise<object> {
  const browser = await openBrowser();
  const measured: Record<string, object> = {};
  try {
    for (const size of sizes) {
      measured[size] = await open(browser, size);
      say(`${size} nodes: ${JSON.stringify(measured[size])}`);
    }
  } finally {
    await browser.close();
  }
  return measured;
}

async function open(browser: Browser, size: number): Promise<object> {
  const host = await startHost();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(patience);
  const figures: Record<string, number | string> = {};
  try {
    const file = join(host.folder, 'large.graft');
    const document = largeDocuments.chain(size);
    writeFileSync(file, serializeDocument({ ...document, viewport: { x: 100, y: 100, zoom: 1 } }));
    const page = await context.newPage();
    await page.goto(host.url);
    await new StartPage(page).heading.waitFor();
    const began = performance.now();
    await new StartPage(page).openProject(file);
    await new CanvasPage(page).card('data').waitFor();
    await untilIdle(page);
    figures['msToOpen'] = Math.round(performance.now() - began);
    figures['cardsDrawn'] = await new CanvasPage(page).cards.count();
    await new CanvasPage(page).card('augment-1').locator('header').click();
    await untilIdle(page);
    figures['msToNudge'] = await busyAfter(page, () => page.keyboard.press('ArrowRight'));
    figures['msToSelectAll'] = await busyAfter(page, () => page.keyboard.press('Control+A'));
    figures['msToNudgeAll'] = await busyAfter(page, () => page.keyboard.press('ArrowRight'));
    figures['msToUndo'] = await busyAfter(page, () => page.keyboard.press('Control+Z'));
    figures['msToPan'] = await busyAfter(page, () => page.mouse.wheel(0, 300));
    figures['msToFit'] = await busyAfter(page, () => page.keyboard.press('1'));
    figures['msToListProblems'] = await busyAfter(page, () =>
      page
        .getByRole('button', { name: /problem/ })
        .first()
        .click(),
    );
    figures['msToOutline'] = await busyAfter(page, () => page.keyboard.press('Control+Shift+O'));
    figures['msToCanvas'] = await busyAfter(page, () => page.keyboard.press('Control+Shift+O'));
    const picture = process.env['GRAFT_CANVAS_PICTURES'];
    if (picture !== undefined) await page.screenshot({ path: join(picture, `canvas-${size}.png`) });
    const heap = (await page.evaluate('performance.memory.usedJSHeapSize')) as number;
    figures['heapMB'] = Math.round(heap / 1e6);
  } catch (error) {
    figures['failed'] = String(error).slice(0, 120);
  } finally {
    await context.close();
    await host.stop();
  }
  return figures;
}

/** Two frames after one another within the time of ten, with nothing else to do. */
async function untilIdle(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    let last = performance.now();
    const look = () => {
      const now = performance.now();
      if (now - last < 60) resolve();
      else { last = now; requestAnimationFrame(() => setTimeout(look)); }
    };
    requestAnimationFrame(() => { last = performance.now(); requestAnimationFrame(() => setTimeout(look)); });
  })`);
}

async function busyAfter(page: Page, act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  await untilIdle(page);
  return rounded(performance.now() - began);
}
