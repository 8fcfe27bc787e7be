/** No file is replaced that a person has not agreed to replace. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

const { node, commandLine } = locateProgram();

scenario('another project and one that changed elsewhere are replaced after a question', async ({ page, host }) => {
  const start = new StartPage(page);
  const workbench = new WorkbenchPage(page);
  const canvas = new CanvasPage(page);
  const [mine, other] = [join(host.folder, 'mine.graft'), join(host.folder, 'other.graft')];
  const write = (): Buffer =>
    execFileSync(node, [commandLine, 'new', 'blank', '--data', host.folder, '-o', other], {
      env: { ...process.env, GRAFT_HOME: host.home },
    });
  write();
  const before = readFileSync(other, 'utf8');
  await start.trySample();
  await start.saveProjectAs(mine);

  await start.chooseNameToSave(other);
  const question = page.getByRole('dialog', { name: 'Replace the project that is there?' });
  await question.getByText(other).waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(readFileSync(other, 'utf8')).toBe(before);
  await start.chooseNameToSave(other);
  await question.getByRole('button', { name: 'Replace it' }).click();
  await page.getByRole('banner').getByText('other.graft').waitFor();
  expect(readFileSync(other, 'utf8')).toContain('"training"');

  write();
  await canvas.select('optimizer');
  await workbench.setNumber('Weight decay', 0.5);
  await page.keyboard.press('Control+S');
  const changed = page.getByRole('dialog', { name: 'The file has changed' });
  await changed.getByRole('button', { name: 'Cancel' }).click();
  expect(readFileSync(other, 'utf8')).toBe(before);
  await page.keyboard.press('Control+S');
  await changed.getByRole('button', { name: 'Replace it' }).click();
  await page.getByLabel('unsaved changes').waitFor({ state: 'hidden' });
  expect(readFileSync(other, 'utf8')).toContain('0.5');
});

scenario('an exported model is replaced after a question, and the dialog names its run', async ({ page, host }) => {
  const run = new RunPage(page);
  const results = new ResultsPage(page);
  await new StartPage(page).trySample();
  await new WorkbenchPage(page).untilReady();
  await run.button('Train').click();
  await run.untilDone();
  const file = join(host.folder, 'model.onnx');
  await results.exportTo(file);
  await page
    .getByRole('dialog')
    .getByText(/that of the run \d{4}-\d\d-\d\d/)
    .waitFor();
  await results.closeDialog();
  const { mtimeMs } = statSync(file);

  await page.getByRole('button', { name: 'Export…', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the model' });
  await dialog.getByLabel('File').fill(file);
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByText(`There is a file at ${file} already.`).waitFor();
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
  await dialog.getByRole('button', { name: 'Replace it' }).click();
  await dialog.getByText('Largest difference').waitFor();
  expect(statSync(file).mtimeMs).toBeGreaterThan(mtimeMs);
});
