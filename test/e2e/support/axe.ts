/** Judges the whole screen as it is now by the rules of axe. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails when axe finds anything serious or critical, naming rule and elements. `screen` is for the message. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  // Through the debugger, so that the window's own content policy stays as it is.
  await page.evaluate(source);
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  const serious = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, html }) => `${String(target)}: ${html.slice(0, 200)}`),
    }));
  expect(serious, `axe on ${screen}`).toEqual([]);
}
