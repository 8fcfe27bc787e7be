/** What somebody sees who starts Graft for the first time in their life, and what they see from then on. */
import { expect } from 'vitest';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario(
  'the very first start shows a wired example that is ready to train, the second one the start page',
  async ({ page, host }) => {
    const canvas = new CanvasPage(page);
    const workbench = new WorkbenchPage(page);
    await workbench.untilNotified('An example, wired and ready');
    await workbench.untilReady();
    await canvas.connectedPort('backbone', 'in', 'samples').waitFor();
    await canvas.connectedPort('training', 'in', 'update').waitFor();
    await expect.poll(() => new RunPage(page).button('Train').isEnabled()).toBe(true);

    await page.goto('about:blank');
    await page.goto(host.url);
    await new StartPage(page).heading.waitFor();
    expect(await canvas.region.isVisible()).toBe(false);
    expect(await page.getByRole('alert').count()).toBe(0);
  },
  { settings: {} },
);
