/** What people do wrong is said in words that name the culprit, and nothing they have is lost. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { currentFormat } from '#shared/document/model.ts';
import { copyOfSample } from '#test/e2e/support/data.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('an empty folder and a folder with one class are named before training', async ({ page, host }) => {
  const start = new StartPage(page);
  const workbench = new WorkbenchPage(page);
  const empty = join(host.folder, 'empty');
  mkdirSync(empty);
  await start.beginWithFolder(empty);
  await workbench.untilProblem(`The folder ${empty} has no sub-folders with pictures in them.`);

  const single = copyOfSample(join(host.folder, 'single'), { classes: 1, each: 4 });
  await workbench.setFolder(single);
  await workbench.untilProblem(`The folder ${single} has only one class`);

  await new RunPage(page).button('Train').click();
  await page.getByRole('alert').filter({ hasText: 'has only one class' }).first().waitFor();

  await workbench.setFolder(copyOfSample(join(host.folder, 'two'), { classes: 2, each: 6 }));
  await workbench.untilReady();
});

scenario('an unreadable picture among good ones is left out and said so', async ({ page, host }) => {
  const folder = copyOfSample(join(host.folder, 'pictures'), { classes: 2, each: 8 });
  writeFileSync(join(folder, readdirSync(folder)[0]!, 'broken.jpg'), 'this is not a picture');
  await new StartPage(page).beginWithFolder(folder);
  await new WorkbenchPage(page).untilReady();
  const run = new RunPage(page);
  await run.button('Train').click();
  await run.untilDone();
  await run.open('Log');
  await run.panel.getByText('broken.jpg').first().waitFor();
});

scenario('corrupt and newer projects are refused, and the open one stays', async ({ page, host }) => {
  const start = new StartPage(page);
  const canvas = new CanvasPage(page);
  const workbench = new WorkbenchPage(page);
  await start.trySample();
  const mine = join(host.folder, 'mine.graft');
  await start.saveProjectAs(mine);

  const corrupt = join(host.folder, 'corrupt.graft');
  const saved = readFileSync(mine, 'utf8');
  writeFileSync(corrupt, saved.slice(0, saved.length / 2));
  await start.openProject(corrupt);
  await workbench.untilNotified(`${corrupt} is not a readable Graft project`);

  const newer = join(host.folder, 'newer.graft');
  const text = JSON.stringify({ ...(JSON.parse(saved) as object), format: currentFormat + 1 });
  writeFileSync(newer, text);
  await start.openProject(newer);
  await workbench.untilNotified(`${newer} was saved by a newer Graft`);
  expect(readFileSync(newer, 'utf8')).toBe(text);

  await canvas.card('training').waitFor();
  await page.getByRole('banner').getByText('mine.graft').waitFor();
});
