/** A newcomer's first minutes: the wired example, a folder of one's own dropped on it, a model, a picture tried. */
import { cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import { copyOfSample } from '#test/e2e/support/data.ts';
import { dropOn, pastePicture } from '#test/e2e/support/drop.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { LookPage } from '#test/e2e/support/pages/look.ts';
import { ResultsPage } from '#test/e2e/support/pages/results.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

const side = 96;
const perClass = 14;

/** Two classes that no backbone takes for each other, with names as people give them. */
const shapes = {
  'Rote Bälle': (at: number) => `<circle cx="${30 + 2 * at}" cy="50" r="${20 + at}" fill="#d33"/>`,
  'blue bars 📏': (at: number) => `<rect x="${5 + at}" y="${20 + at}" width="80" height="${12 + at}" fill="#25c"/>`,
} as const;

type Class = keyof typeof shapes;

function fileOf(folder: string, name: Class, at: number): string {
  return join(folder, name, `IMG ${at}.jpg`);
}

async function drawFolder(folder: string): Promise<void> {
  for (const name of Object.keys(shapes) as Class[]) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let at = 0; at < perClass; at++) {
      const back = 70 + 12 * at;
      const picture = `<svg width="${side}" height="${side}"><rect width="100%" height="100%" fill="rgb(${back},${back},${back})"/>${shapes[name](at)}</svg>`;
      await sharp(Buffer.from(picture))
        .jpeg()
        .toFile(fileOf(folder, name, at));
    }
  }
}

scenario(
  'the example of the first start learns from a folder dropped on it',
  async ({ page, host }) => {
    const folder = join(host.folder, 'My pictures');
    await drawFolder(folder);
    const workbench = new WorkbenchPage(page);
    const canvas = new CanvasPage(page);
    const run = new RunPage(page);
    await workbench.untilNotified('An example, wired and ready');
    await workbench.untilReady();
    await canvas.card('data').getByText('orchard · 6 classes').waitFor();

    await dropOn(canvas.region, [folder]);
    await new LookPage(page).copyInstead();
    await new LookPage(page).choose('Use it in “Photos”');
    await canvas.card('data').getByText('My pictures · 2 classes').waitFor({ timeout: 30_000 });
    await workbench.untilReady();
    await page.getByRole('banner').getByText('My pictures').waitFor();

    await run.button('Train').click();
    await run.untilDone();
    await run.panel.getByText(/of the validation photos recognized/).waitFor();
    await run.open('Results');
    const results = new ResultsPage(page);
    expect(await results.accuracy()).toBeGreaterThan(80);
    for (const name of Object.keys(shapes)) await results.recognized(name).waitFor();

    await run.open('Try it');
    await dropOn(page.getByRole('button', { name: 'Choose pictures' }), [fileOf(folder, 'Rote Bälle', 3)]);
    expect(await results.answers(1)).toEqual(['Rote Bälle']);
    await pastePicture(page, fileOf(folder, 'blue bars 📏', 5));
    expect(await results.answers(2)).toEqual(['blue bars 📏', 'Rote Bälle']);
  },
  { settings: {} },
);

scenario('what changes in a folder is seen when the window has the focus again', async ({ page, host }) => {
  const folder = copyOfSample(join(host.folder, 'pictures'), { classes: 3, each: 10 });
  const workbench = new WorkbenchPage(page);
  const card = new CanvasPage(page).card('data');
  const back = (): Promise<boolean> => page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await new StartPage(page).beginWithFolder(folder);
  await workbench.untilReady();
  await card.getByText('Train 24 · Validation 6').waitFor();

  for (const name of ['IMG_1.CR2', 'IMG_2.CR2', 'notes.txt']) writeFileSync(join(folder, 'apple', name), 'x');
  cpSync(join(folder, 'apple'), join(folder, 'quince'), { recursive: true });
  await back();
  await card.getByText('Train 32 · Validation 8').waitFor();
  await card.getByText('Not read: 4 .cr2, 2 .txt').waitFor();
  await workbench.untilProblem('Left out, in formats that are not read: 4 .cr2, 2 .txt.');
  await page.getByRole('button', { name: '1 note' }).waitFor();

  renameSync(folder, `${folder}-away`);
  await back();
  await workbench.untilProblem(`The folder ${folder} does not exist.`);
  renameSync(`${folder}-away`, folder);
  await back();
  await card.getByText('Train 32 · Validation 8').waitFor();
});
