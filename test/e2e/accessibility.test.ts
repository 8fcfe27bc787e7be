/** axe finds nothing serious on any screen, light and dark. */
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import { holdReplies } from '#test/e2e/support/held-replies.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('every screen can be used by everyone', async ({ page }) => {
  const start = new StartPage(page);
  const canvas = new CanvasPage(page);
  const workbench = new WorkbenchPage(page);
  const run = new RunPage(page);
  const answer = await holdReplies(page, '/runs/list');
  await page.reload();
  await page.getByRole('status').filter({ hasText: 'Reading the runs…' }).waitFor();
  await expectAccessible(page, 'the start page while the runs are read');
  answer();
  await page.getByText('None yet.').waitFor();
  await expectAccessible(page, 'the start page');

  await start.trySample();
  await workbench.untilReady();
  await expectAccessible(page, 'the workbench before a run');

  for (const { key, dialog } of [
    { key: 'a', dialog: 'Add a node' },
    { key: 'Control+K', dialog: 'Commands' },
    { key: '?', dialog: 'Keyboard shortcuts' },
    { key: 'Control+O', dialog: 'Open project' },
  ]) {
    await page.keyboard.press(key);
    await page.getByRole('dialog', { name: dialog }).waitFor();
    await expectAccessible(page, `the dialog “${dialog}”`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  for (const id of ['data', 'augment', 'freeze', 'loss', 'optimizer', 'schedule', 'training']) {
    await canvas.select(id);
    await expectAccessible(page, `the inspector of “${id}”`);
  }
  await page.keyboard.press('c');
  await page.getByRole('dialog', { name: 'Connect Training' }).waitFor();
  await expectAccessible(page, 'the wires a node can have');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+O');
  await page.getByRole('tree').waitFor();
  await expectAccessible(page, 'the outline');
  await page.keyboard.press('Control+Shift+O');

  await canvas.select('training');
  await workbench.setNumber('Epochs', 100_000);
  await workbench.setNumber('Patience', 0);
  await run.button('Train').click();
  await run.button('Pause').waitFor();
  await run.chartText('Loss');
  await run.button('Pause').click();
  await run.button('Resume').waitFor();
  await expectAccessible(page, 'a run that is paused');
  await run.button('Resume').click();
  await run.button('Pause').waitFor();
  await expectAccessible(page, 'a run in progress');
  await run.button('Stop').click();
  await run.untilDone();

  const results = new ResultsPage(page);
  await results.matrix.waitFor();
  await expectAccessible(page, 'the results');
  for (const tab of ['Classes', 'Try it', 'Runs', 'Log'] as const) {
    await run.open(tab);
    await expectAccessible(page, `the tab “${tab}”`);
  }
  await run.button('Export…').click();
  await page.getByRole('dialog', { name: 'Export the model' }).waitFor();
  await expectAccessible(page, 'the export');
  await results.closeDialog();

  await page.keyboard.press('Control+N');
  await page.getByRole('dialog', { name: 'Unsaved work' }).waitFor();
  await expectAccessible(page, 'the question about unsaved work');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await canvas.region.getByText('An empty canvas').waitFor();
  await expectAccessible(page, 'the empty canvas');
});
