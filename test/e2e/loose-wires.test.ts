/** Wires that lead nowhere are in sight: as a stub at their card, and in the list of problems. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connectAll } from '#shared/document/edits.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('a wire to nowhere is a stub that can be deleted, and so is one that has no card', async ({ page, host }) => {
  const file = join(host.folder, 'loose.graft');
  const node = (id: string, kind: string, x: number) => ({
    id,
    kind,
    title: '',
    position: { x, y: 0 },
    parameters: {},
  });
  const wire = (from: string, to: string) => ({
    from: { node: from, port: 'samples' },
    to: { node: to, port: 'samples' },
  });
  const cards = { ...emptyDocument, nodes: [node('data', 'image-folder', 0), node('split', 'split', 320)] };
  const document = connectAll(cards, [wire('data', 'split')]);
  const text = serializeDocument({
    ...document,
    wires: [...document.wires, wire('data', 'gone'), wire('away', 'gone')],
  });
  // As an editor on Windows may have saved it.
  writeFileSync(file, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]));
  await new StartPage(page).openProject(file);
  const problems = page.getByRole('region', { name: 'Problems' });
  const stub = page.getByTestId('stub-data-gone');
  await stub.waitFor();
  await problems.getByText(/A wire from “data.samples” to “gone.samples” leads nowhere/u).waitFor();

  await stub.focus();
  await page.keyboard.press('Enter');
  expect(await stub.getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('Delete');
  await stub.waitFor({ state: 'hidden' });
  await page.keyboard.press('Control+z');
  await stub.waitFor();
  await stub.click();
  await page.keyboard.press('Delete');
  await stub.waitFor({ state: 'hidden' });

  await problems.getByText(/A wire from “away.samples”/u).waitFor();
  await problems.getByRole('button', { name: 'Delete the wire', exact: true }).click();
  await problems.getByText(/leads nowhere/u).waitFor({ state: 'hidden' });
  await new CanvasPage(page).connectedPort('split', 'in', 'samples').waitFor();
});
