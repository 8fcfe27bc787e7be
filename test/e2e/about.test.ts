/** Who made what: the notices behind About, as every host serves them. */
import { expect } from 'vitest';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario('About tells the version and everything Graft is made with', async ({ page }) => {
  await page.getByRole('button', { name: 'Try the sample' }).waitFor();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox', { name: 'Commands' }).fill('licence');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'About Graft' });
  await dialog.getByText(/^Graft \d+\.\d+\.\d+$/u).waitFor();
  await dialog.getByText(/^\d{3} parts by others/u).waitFor();
  await expectAccessible(page, 'About');

  await dialog.getByRole('textbox', { name: 'Search the notices' }).fill('eclipse public license');
  await dialog.getByText('elkjs', { exact: false }).click();
  await dialog.getByText('used under EPL-2.0, unchanged', { exact: false }).waitFor();
  expect(await dialog.locator('pre').innerText()).toContain('Eclipse Public License');
  await expectAccessible(page, 'a notice');

  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});
