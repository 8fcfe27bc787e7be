/** Runs are told apart: by what changed, by a name, by their project; and what is thrown away can be put back. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';
import { copyOfSample } from '#test/e2e/support/data.ts';

scenario(
  'runs say what changed, are renamed and thrown away, and open with their own project',
  async ({ page, host }) => {
    const run = new RunPage(page);
    const start = new StartPage(page);
    const workbench = new WorkbenchPage(page);
    await start.trySample();
    await workbench.untilReady();
    await run.button('Train').click();
    await run.untilDone();
    await new CanvasPage(page).select('training');
    await workbench.inspector.getByRole('textbox', { name: 'Epochs' }).fill('3');
    await page.keyboard.press('Tab');
    await run.button('Train again').click();
    await run.button('Stop').waitFor();
    await run.untilDone();

    await run.open('Runs');
    const rows = run.panel.getByRole('region', { name: 'Past runs' }).getByRole('listitem');
    await rows.first().getByText('Training, epochs: 30 → 3').waitFor();

    await rows
      .first()
      .getByRole('button', { name: /^More of/ })
      .click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const naming = rows.first().getByLabel('Title');
    await naming.waitFor();
    expect(await naming.evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.type('short one');
    await page.keyboard.press('Enter');
    await rows.first().getByText('short one').waitFor();

    await rows
      .nth(1)
      .getByRole('button', { name: /^More of/ })
      .click();
    await page.getByRole('menuitem', { name: 'Move to the bin' }).click();
    await rows.nth(1).waitFor({ state: 'hidden' });
    await run.panel.getByText(/^1 run in the bin/).waitFor();
    await page.getByRole('button', { name: 'Put it back' }).click();
    await rows.nth(1).waitFor();

    // Another project: a run of the first one brings its graph along.
    const other = copyOfSample(join(host.folder, 'others'), { classes: 2, each: 6 });
    await start.saveProjectAs(join(host.folder, 'orchard.graft'));
    await workbench.command('Start page');
    await start.beginWithFolder(other);
    const leave = page.getByRole('dialog').getByRole('button', { name: /save/i });
    if (await leave.first().isVisible()) await page.getByRole('button', { name: 'Discard' }).click();
    const banner = page.getByRole('banner');
    await banner.getByText('others').waitFor();
    await rows.first().getByRole('button', { name: /^Show/ }).click();
    await banner.getByText('orchard').waitFor();
    expect(await new CanvasPage(page).card('data').textContent()).toContain('orchard');
  },
);
