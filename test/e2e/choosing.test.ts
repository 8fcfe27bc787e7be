/** Choosing how to train: what follows from a choice, what is said of it, and how it is taken back. */
import { expect } from 'vitest';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario(
  'another optimizer brings its learning rate, with the keyboard alone, and undo takes both back',
  async ({ page }) => {
    const canvas = new CanvasPage(page);
    const workbench = new WorkbenchPage(page);
    await new StartPage(page).trySample();
    await workbench.untilReady();
    const card = canvas.card('optimizer');
    await canvas.select('optimizer');
    await workbench.chooseByKeyboard('Method', 'Lion');
    await card.getByText('· Lion').waitFor();
    await card.getByText('0.003').waitFor();
    expect(await workbench.exactly('Learning rate').inputValue()).toBe('0.003');
    await workbench.inspector.getByText('Usual with these settings: 0.003.').waitFor();
    expect(await workbench.inspector.getByText('Momentum', { exact: true }).count()).toBe(0);

    await canvas.region.click({ position: { x: 4, y: 4 } });
    await page.keyboard.press('Control+Z');
    await card.getByText('· AdamW').waitFor();
    await card.getByText('0.01', { exact: true }).waitFor();
    await page.keyboard.press('Control+Shift+Z');
    await card.getByText('· Lion').waitFor();
    await card.getByText('0.003').waitFor();

    await canvas.select('optimizer');
    await workbench.setExactly('Learning rate', '0,02');
    await card.getByText('0.02').waitFor();
    await workbench.chooseByKeyboard('Method', 'SGD');
    await card.getByText('· SGD').waitFor();
    await card.getByText('0.02').waitFor();
    await workbench.inspector.getByText('Momentum', { exact: true }).waitFor();
    await workbench.inspector.getByRole('button', { name: 'Back to the usual 0.1' }).click();
    await card.getByText('0.1', { exact: true }).waitFor();
  },
);

scenario('a value that cannot be used is named at its field and changes nothing', async ({ page }) => {
  const canvas = new CanvasPage(page);
  const workbench = new WorkbenchPage(page);
  await new StartPage(page).trySample();
  await workbench.untilReady();
  await canvas.select('optimizer');
  await workbench.setExactly('Learning rate', '50');
  await workbench.setNumber('Weight decay', 15);
  await workbench.refusal('Learning rate must be at most 10.').waitFor();
  await workbench.refusal('Weight decay must be at most 1.').waitFor();
  await canvas.card('optimizer').getByText('weight decay 0.01').waitFor();
  await expectAccessible(page, 'fields with values that cannot be used');
  await workbench.setExactly('Learning rate', 'fast');
  await workbench.refusal('Learning rate must be a number.').waitFor();
  await page.keyboard.press('Escape');
  expect(await workbench.exactly('Learning rate').inputValue()).toBe('0.01');
  await workbench.setNumber('Weight decay', 0.5);
  await workbench.inspector.getByRole('alert').waitFor({ state: 'hidden' });
  await canvas.card('optimizer').getByText('weight decay 0.5').waitFor();
});

scenario('the schedule is drawn as it is chosen, and the charts read the learning rate of a run', async ({ page }) => {
  const canvas = new CanvasPage(page);
  const workbench = new WorkbenchPage(page);
  const run = new RunPage(page);
  await new StartPage(page).trySample();
  await workbench.untilReady();
  await canvas.select('loss');
  await workbench.inspector.getByRole('radiogroup', { name: 'Measure' }).getByText('Focal').click();
  await canvas.card('loss').getByText('· focal').waitFor();
  await canvas.select('schedule');
  await workbench.chooseByKeyboard('Shape', 'Cosine with restarts');
  const picture = workbench.inspector.getByRole('img', { name: /^Cosine with restarts: learning rate from 0\.01 / });
  await picture.hover();
  await workbench.inspector.getByText('epoch 15.0').waitFor();
  await workbench.chooseByKeyboard('Shape', 'Steps down');
  await workbench.setNumber('Every', 40);
  await workbench.inspector.getByText('so the rate never drops.').waitFor();

  await run.button('Train').click();
  await run.untilDone();
  expect(await run.readUnderPointer('Loss')).toMatch(/learning rate\s*0\.01/);
  await run.panel.getByText('focal', { exact: true }).waitFor();
});
