/** The main job, from an empty canvas to a model that was taken away: with the mouse alone, then with the keyboard. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sampleFolder } from '#test/e2e/support/data.ts';
import { exampleKinds, exampleSpot, exampleWires } from '#test/e2e/support/example.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { readChart, RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

/** Trains, and reads from the chart and the headline that the model has learned. */
async function trainAndRead(page: Page, press: (run: RunPage) => Promise<void>): Promise<void> {
  const run = new RunPage(page);
  await press(run);
  await run.untilDone();
  const loss = readChart(await run.chartText('Loss'));
  expect(loss.last.training).toBeLessThan(loss.first.training);
  expect(loss.last.validation).toBeLessThan(loss.first.validation);
  const accuracy = readChart(await run.chartText('Accuracy'));
  const chance = 100 / readdirSync(sampleFolder).length;
  expect(accuracy.last.validation).toBeGreaterThan(2 * chance);
  expect(await new ResultsPage(page).accuracy()).toBeGreaterThan(2 * chance);
}

scenario(
  'builds the example with the mouse alone, trains it, tries it, exports it, saves it and opens it again',
  async ({ page, host }) => {
    const canvas = new CanvasPage(page);
    const workbench = new WorkbenchPage(page);
    await page.getByRole('banner').getByText('Untitled').click();
    await page.getByRole('menuitem', { name: 'New project' }).click();
    await canvas.zoomOutTo(0.45);
    const size = (await canvas.region.boundingBox())!;
    for (const [index, { id, kind }] of exampleKinds.entries()) {
      await canvas.dragFromPalette(kind, exampleSpot(index, size));
      await canvas.card(id).waitFor();
    }
    for (const { from, to } of exampleWires) await canvas.drawWire(from, to);
    await canvas.select('data');
    await workbench.inspector.getByRole('button', { name: 'Use the sample pictures' }).click();
    await workbench.untilReady();

    await trainAndRead(page, (run) => run.button('Train').click());

    const results = new ResultsPage(page);
    const [className = ''] = readdirSync(sampleFolder).toSorted();
    await results.recognized(className).click();
    await page.getByRole('dialog', { name: `${className}, recognized` }).waitFor();
    await results.closeDialog();

    await new RunPage(page).open('Try it');
    const picture = join(sampleFolder, className, readdirSync(join(sampleFolder, className))[0]!);
    const [page404, notes] = [join(host.folder, 'page.jpg'), join(host.folder, 'notes.txt')];
    for (const file of [page404, notes]) writeFileSync(file, '<html>not found</html>');
    // Files that are no pictures cost nothing but themselves.
    const answers = await results.tryPictures([page404, picture, notes], 1);
    expect(readdirSync(sampleFolder)).toContain(answers[0]);
    const refusals = await results.refusals(2);
    expect(refusals.filter((text) => text.includes('page.jpg'))).toHaveLength(1);
    expect(refusals.filter((text) => text.includes('notes.txt cannot be read'))).toHaveLength(1);

    const model = join(host.folder, 'taken-away.onnx');
    expect(await results.exportTo(model)).toContain('The file gives the same answers');
    expect(statSync(model).size).toBeGreaterThan(1_000_000);
    await results.closeDialog();

    const start = new StartPage(page);
    const project = join(host.folder, 'by-mouse.graft');
    await start.saveProjectAs(project);
    await page.getByRole('banner').getByText('by-mouse.graft').waitFor();
    const saved = readFileSync(project, 'utf8');
    await page.reload();
    await start.heading.waitFor();
    await page.getByRole('button', { name: /by-mouse/ }).click();
    await canvas.card('export').waitFor();
    for (const { to } of exampleWires) await canvas.connectedPort(to[0], 'in', to[1]).waitFor();
    await workbench.untilReady();
    await start.saveProjectAs(join(host.folder, 'again.graft'));
    expect(readFileSync(join(host.folder, 'again.graft'), 'utf8')).toBe(saved);
  },
);

scenario('builds the example with the keyboard alone and trains it', async ({ page }) => {
  const canvas = new CanvasPage(page);
  const workbench = new WorkbenchPage(page);
  await workbench.command('New project');
  await canvas.region.waitFor();
  for (const { id, title } of exampleKinds) {
    await workbench.addNode(title);
    await canvas.card(id).waitFor();
    if (id === 'data') {
      await workbench.tabTo(workbench.inspector.getByRole('button', { name: 'Use the sample pictures' }));
      await page.keyboard.press('Enter');
    }
    for (const { from, to } of exampleWires.filter((wire) => wire.to[0] === id)) {
      await workbench.connect(titleOf(from[0]), title, to[1]);
      await canvas.connectedPort(to[0], 'in', to[1]).waitFor();
    }
  }
  await workbench.untilReady();
  await trainAndRead(page, () => page.keyboard.press('Control+Enter'));
});

function titleOf(id: string): string {
  return exampleKinds.find((kind) => kind.id === id)!.title;
}
