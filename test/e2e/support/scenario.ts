/**
 * One end-to-end test: a host with its own data, a fresh browser window on it, and, when it fails, a picture
 * and a trace under test/e2e/results. Without a browser the test is reported as skipped, with the reason.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, inject, test } from 'vitest';
import { startHost, type RunningHost } from '#test/e2e/support/host.ts';

export interface Stage {
  readonly page: Page;
  readonly host: RunningHost;
}

interface Look {
  /** What the person has set before; somebody who has seen the introduction when absent. */
  readonly settings?: object;
  /** Why it cannot be played here; it is then skipped, with this reason. */
  readonly missing?: string | undefined;
  readonly size?: { readonly width: number; readonly height: number };
}

const results = join(import.meta.dirname, '../results');
let browser: Promise<Browser> | undefined;

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

function openBrowser(path: string): Promise<Browser> {
  // Chromium refuses its sandbox to root, which is what continuous integration usually runs as.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ executablePath: path, args });
  return browser;
}

/** Problems the window reported on its console; a scenario that produced any has failed. */
function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}

async function keepEvidence(name: string, context: BrowserContext, page: Page, host: RunningHost): Promise<void> {
  mkdirSync(results, { recursive: true });
  const file = join(results, name.replaceAll(/[^\w-]+/g, '-'));
  writeFileSync(`${file}.log`, host.output());
  await page.screenshot({ path: `${file}.png` }).catch(() => undefined);
  await context.tracing.stop({ path: `${file}.zip` });
}

export function scenario(name: string, play: (stage: Stage) => Promise<void>, look: Look = {}): void {
  test(name, async ({ skip }) => {
    if (look.missing !== undefined) {
      skip(look.missing);
      return;
    }
    const choice = inject('browser');
    if ('reason' in choice) {
      skip(choice.reason);
      return;
    }
    const host = await startHost(look.settings, inject('features'));
    const context = await (
      await openBrowser(choice.path)
    ).newContext({
      viewport: look.size ?? { width: 1440, height: 900 },
      colorScheme: 'light',
      permissions: ['clipboard-read', 'clipboard-write'],
      acceptDownloads: true,
    });
    await context.tracing.start({ snapshots: true });
    const page = await context.newPage();
    const complaints = collectComplaints(page);
    try {
      await page.goto(host.url);
      await page.getByRole('banner').waitFor();
      await play({ page, host });
      if (complaints.length > 0) throw new Error(`the window complained:\n${complaints.join('\n')}`);
    } catch (error) {
      await keepEvidence(name, context, page, host);
      throw error;
    } finally {
      await context.close();
      await host.stop();
    }
  });
}
