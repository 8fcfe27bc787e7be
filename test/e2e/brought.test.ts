/** Whatever is dropped is looked at first, and one panel says what it is and what can be done with it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { copyOfSample } from '#test/e2e/support/data.ts';
import { dropOn } from '#test/e2e/support/drop.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { LookPage } from '#test/e2e/support/pages/look.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import { scenario } from '#test/e2e/support/scenario.ts';
import { zipOf } from '#test/support/zip.ts';
import { missingShared, sharedPath } from '#test/support/shared.ts';

const notYet = 'which is not here yet';
const newProjects = ['New project: Sort pictures', 'New project: Fine-tune', 'New project: Quick look'];

scenario(
  'real datasets are told on the start page',
  async ({ page }) => {
    const start = new StartPage(page);
    const look = new LookPage(page);
    for (const [name, sentence, offers] of [
      ['bccd-mini', `80 photos with boxes in 80 VOC files: for finding things, ${notYet}.`, []],
      ['camvid-mini', `52 photos with masks beside them: for outlining, ${notYet}.`, []],
      ['clothing-mini', '500 photos in 10 folders, with a validation part.', newProjects],
      ['fsdd-mini', `300 sounds in 10 folders: for telling sounds apart, ${notYet}.`, []],
      ['sst2-mini', `2 tables in one of 2,400 rows and 2 columns: for sorting texts, ${notYet}.`, []],
      ['tables/penguins.csv', `A table of 344 rows and 7 columns: for predicting a column, ${notYet}.`, []],
      ['tables', /^3 tables with different columns \(.*\), of which one is taken at a time: .* not here yet\.$/u, []],
    ] as const) {
      const path = sharedPath(`data/${name}`);
      await dropOn(start.heading, [path]);
      await look.sayWhere(path);
      await look.says(sentence);
      expect((await look.offers()).toSorted(), name).toEqual([...offers].toSorted());
      await look.close();
    }
  },
  { missing: missingShared('data/camvid-mini') },
);

scenario('several class folders become one dataset, copied or where they lie', async ({ page, host }) => {
  const folder = copyOfSample(join(host.folder, 'pictures'), { classes: 3, each: 10 });
  mkdirSync(join(folder, 'others'));
  writeFileSync(join(folder, 'others', 'notes.txt'), 'x');
  const brought = ['apple', 'cherry'].map((name) => join(folder, name));
  const start = new StartPage(page);
  const look = new LookPage(page);
  const card = new CanvasPage(page).card('data');
  await dropOn(start.heading, brought);
  await look.sayWhere(folder);
  await look.says('20 photos in 2 folders.');
  await look.choose('New project: Sort pictures');
  await new WorkbenchPage(page).untilReady();
  await card.getByText('Train 16 · Validation 4').waitFor();

  await dropOn(card, [join(folder, 'lemon'), ...brought]);
  await look.copyInstead();
  await look.says('30 photos in 3 folders.');
  await look.choose('Use it in “Photos”');
  await card.getByText('Train 24 · Validation 6').waitFor();
});

scenario(
  'what has no use yet changes nothing on the canvas, and the panel can be read by everybody',
  async ({ page, host }) => {
    const folder = join(host.folder, 'scans');
    copyOfSample(folder, { classes: 1, each: 3 });
    writeFileSync(join(folder, 'notes.xyz'), 'x');
    await new StartPage(page).trySample();
    const canvas = new CanvasPage(page);
    const cards = await canvas.cards.count();
    const look = new LookPage(page);
    await dropOn(canvas.region, [folder]);
    await look.dialog.getByRole('button', { name: /^Copy it instead/u }).waitFor();
    await expectAccessible(page, 'the question where it is');
    await look.sayWhere(folder);
    await look.says('3 photos all in one folder, “apple”: to be sorted into classes first.');
    await look.dialog.getByText('Left out, in formats that are not read: 1 .xyz.').waitFor();
    await expectAccessible(page, 'what was brought');
    await look.close();
    expect(await canvas.cards.count()).toBe(cards);
  },
);

scenario('an archive is unpacked, looked at and trained on, and its copy can be removed', async ({ page, host }) => {
  const folder = copyOfSample(join(host.folder, 'pictures'), { classes: 2, each: 5 });
  const archive = join(host.folder, 'fruit.zip');
  const pictures = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.webp'));
  const entries = pictures.map((name) => ({ name: `fruit/${name}`, content: readFileSync(join(folder, name)) }));
  writeFileSync(archive, zipOf([...entries, { name: 'fruit/link', content: '/etc', mode: 0o120_777 }]));
  const look = new LookPage(page);
  await dropOn(new StartPage(page).heading, [archive]);
  await look.sayWhere(archive);
  await look.says('10 photos in 2 folders.');
  await look.dialog.getByText(/^Left out: 1 entry of fruit.zip: links/u).waitFor();
  await look.choose('New project: Sort pictures');
  await new CanvasPage(page).card('data').getByText('Train 8 · Validation 2').waitFor();

  await page.keyboard.press('Control+K');
  await page.keyboard.type('copies of what');
  await page.keyboard.press('Enter');
  const copies = page.getByRole('dialog', { name: 'Copies of what you brought' });
  await copies.getByText('out of an archive, read by this project').waitFor();
  await expectAccessible(page, 'copies of what was brought');
  await copies.getByRole('button', { name: 'Remove fruit' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await copies.getByText('There are no copies of what you brought.').waitFor();
  expect(existsSync(archive)).toBe(true);
});
