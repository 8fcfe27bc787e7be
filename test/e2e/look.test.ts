/**
 * The trained example fits its window, large and small. With GRAFT_PICTURES=docs/images
 * the pictures in the documentation are taken anew, light and dark.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

const pictures = process.env['GRAFT_PICTURES'];
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];

scenario('the trained example fits its window', async ({ page }) => {
  const run = new RunPage(page);
  await new StartPage(page).trySample();
  await new WorkbenchPage(page).untilReady();
  await run.button('Train').click();
  await run.untilDone();
  await new ResultsPage(page).matrix.waitFor();
  await page.mouse.move(0, 0);
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.keyboard.press('1');
    await run.button('Train again').waitFor();
    const spill = await page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
      const outside = [...document.querySelectorAll('header button, section[aria-label="Training"] button')]
        .filter((button) => button.checkVisibility())
        .filter((button) => {
          const { left, right } = button.getBoundingClientRect();
          return left < 0 || right > innerWidth;
        });
      return {
        wider: scrollWidth - clientWidth,
        taller: scrollHeight - clientHeight,
        outside: outside.map((button) => button.textContent),
      };
    });
    expect(spill, `${size.width} × ${size.height}`).toEqual({ wider: 0, taller: 0, outside: [] });
    if (pictures && size === sizes[0]) {
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await page.screenshot({ path: join(pictures, `workbench-${theme}.png`) });
      }
    }
  }
});
