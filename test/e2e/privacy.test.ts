/** What a person is told of where things are and what leaves the machine, and how they get rid of what was left. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tracePlaces } from '#electron/services/runtime-traces.ts';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

scenario(
  'says where everything is, and deletes what the runtime of earlier versions has left',
  async ({ page, host }) => {
    const { store } = tracePlaces({ HOME: host.folder, XDG_CACHE_HOME: join(host.folder, 'cache') });
    if (store !== undefined) {
      mkdirSync(store, { recursive: true });
      writeFileSync(join(store, 'deviceid'), 'somebody');
    }
    await page.getByRole('button', { name: 'Try the sample' }).waitFor();
    await page.keyboard.press('Control+K');
    await page.getByRole('combobox', { name: 'Commands' }).fill('telemetry');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Privacy' });
    await dialog.getByText('Nothing leaves this machine unless you ask for it.').waitFor();
    await dialog.getByText(host.home).waitFor();
    if (store !== undefined) {
      await dialog.getByText(join(store, 'deviceid')).waitFor();
      await expectAccessible(page, 'Privacy');
      await dialog.getByRole('button', { name: 'Delete them' }).click();
      await dialog.getByText('1 file deleted.').waitFor();
      expect(existsSync(store)).toBe(false);
    }
    await expectAccessible(page, 'Privacy, afterwards');
  },
);
