/** The panel that says what was brought. */
import type { Locator, Page } from 'playwright-core';

export class LookPage {
  readonly dialog: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'What you brought' });
  }

  /** Says where what was dropped lies on this computer. */
  async sayWhere(path: string): Promise<void> {
    await this.dialog.getByRole('textbox').fill(path);
    await this.dialog.getByRole('button', { name: 'Look there' }).click();
  }

  async copyInstead(): Promise<void> {
    await this.dialog.getByRole('button', { name: /^Copy it instead/u }).click();
  }

  /** The sentence. */
  async says(sentence: string | RegExp): Promise<void> {
    await this.dialog.getByRole('status').getByText(sentence).waitFor({ timeout: 30_000 });
  }

  /** What is offered besides closing the panel. */
  async offers(): Promise<string[]> {
    const names = await this.dialog.getByRole('button').allTextContents();
    return names.filter((name) => name !== '' && name !== 'Cancel' && name !== 'Close');
  }

  async choose(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name, exact: true }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  async close(): Promise<void> {
    await this.dialog.page().keyboard.press('Escape');
    await this.dialog.waitFor({ state: 'hidden' });
  }
}
