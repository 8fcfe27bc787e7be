/** What can be done after a training: following its advice, and correcting a photo where it is seen. */
import { expect } from 'vitest';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('a photo is corrected where it is seen, learned anew, and taken back', async ({ page }) => {
  const run = new RunPage(page);
  const results = new ResultsPage(page);
  const workbench = new WorkbenchPage(page);
  await new StartPage(page).trySample();
  await workbench.untilReady();
  await run.button('Train').click();
  await run.untilDone();

  // What the figures suggest leads somewhere.
  await results.nextStep.getByRole('button', { name: 'Try it' }).click();
  await page.getByRole('button', { name: 'Choose pictures' }).waitFor();
  await run.open('Results');

  await results.recognized('apple').click();
  const gallery = page.getByRole('dialog', { name: 'apple, recognized' });
  await gallery
    .getByRole('button', { name: /^apple/ })
    .first()
    .click();
  await gallery.getByLabel('It is really a …').click();
  await page.keyboard.type('che');
  await page.keyboard.press('Enter');
  await gallery.getByText('Taken for cherry').waitFor();
  await gallery.getByRole('button', { name: 'Next photo' }).click();
  await gallery.getByRole('button', { name: 'Leave it out' }).click();
  await gallery.getByText('2 photos corrected since this training.').waitFor();
  await gallery.getByRole('button', { name: 'Train again' }).click();
  await gallery.waitFor({ state: 'hidden' });

  // 38 apples are left of 40, and a photo of the class it was given is not recognized as one.
  await expect
    .poll(async () => results.recognized('apple').getAttribute('aria-label'), { timeout: 60_000 })
    .toContain('38');
  await results.matrix.getByRole('button', { name: /^cherry taken for apple/ }).waitFor();

  await page.getByText(/Since then: Photos, corrections: 0 photos → 2 photos/u).waitFor();

  await new CanvasPage(page).select('data');
  const inspector = workbench.inspector;
  await inspector.getByText('2 photos', { exact: true }).waitFor();
  await inspector
    .getByRole('button', { name: /^Take back what is said of apple/ })
    .first()
    .click();
  await inspector.getByText('1 photo', { exact: true }).waitFor();
  await page.keyboard.press('Control+z');
  await inspector.getByText('2 photos', { exact: true }).waitFor();
});
