/** Judges the whole screen as it is now by the rules of axe. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything in the theme that the screen is in; of the other theme its colours, which are all that it changes. */
const passes = [
  { theme: 'light', options: { resultTypes: ['violations'] } },
  { theme: 'dark', options: { resultTypes: ['violations'], runOnly: ['color-contrast'] } },
] as const;

/** Fails when axe finds anything serious or critical, light or dark, naming rule and elements. `screen` is for the message. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  // Through the debugger, so that the window's own content policy stays as it is.
  await page.evaluate(source);
  for (const { theme, options } of passes) {
    await page.emulateMedia({ colorScheme: theme });
    // Colours on their way to others would be judged half-way; what goes round for ever has no end to be brought to.
    await page.evaluate(() => {
      for (const one of document.getAnimations())
        if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();
    });
    const results = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
    const serious = results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map(({ target, html }) => `${String(target)}: ${html.slice(0, 200)}`),
      }));
    expect(serious, `axe on ${screen}, ${theme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
