/** What was there stays in sight: results when a training is refused, the project behind the start page, unsaved work. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('a training that is refused leaves the last results, and the start page leads back', async ({ page }) => {
  const run = new RunPage(page);
  const results = new ResultsPage(page);
  const start = new StartPage(page);
  await start.trySample();
  await new WorkbenchPage(page).untilReady();
  await run.button('Train').click();
  await run.untilDone();
  const accuracy = await results.accuracy();

  await new WorkbenchPage(page).addNode('Export');
  await run.button('Train again').click();
  await run.panel.getByRole('alert').getByText('Show the node').waitFor();
  expect(await results.accuracy()).toBe(accuracy);
  await results.matrix.waitFor();

  const logo = page.getByRole('banner').getByRole('button', { name: /^Graft/ });
  const canvas = new CanvasPage(page).region;
  await logo.click();
  await start.heading.waitFor();
  await logo.click();
  await canvas.waitFor();
  await logo.click();
  await start.heading.waitFor();
  await page.keyboard.press('Escape');
  await canvas.waitFor();
  await logo.click();
  await page.getByRole('button', { name: /^Back to/ }).click();
  await canvas.waitFor();
});

scenario('the pasted path of a project opens it', async ({ page, host }) => {
  const file = join(host.folder, 'pasted.graft');
  writeFileSync(file, JSON.stringify({ ...emptyDocument, title: 'Pasted' }));
  await page.keyboard.press('Control+O');
  const dialog = page.getByRole('dialog', { name: 'Open project' });
  await dialog.getByLabel('Folder', { exact: true }).fill(`"${file}"`);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('banner').getByText('pasted.graft').waitFor();
});
