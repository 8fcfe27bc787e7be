/** What a finished run shows: accuracy, confusion matrix, trying a picture, the export. */
import type { Locator, Page } from 'playwright-core';

export class ResultsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Validation accuracy in percent, as the headline shows it. */
  async accuracy(): Promise<number> {
    const figure = this.#page.locator('dl > div', { hasText: 'Validation accuracy' }).locator('dd');
    await figure.getByText(/photos\)/).waitFor();
    return Number.parseFloat((await figure.textContent()) ?? '');
  }

  get matrix(): Locator {
    return this.#page.getByRole('group', { name: /^Confusion matrix of/ });
  }

  /** What to do next, by the figures. */
  get nextStep(): Locator {
    return this.#page.getByRole('note', { name: 'What to do next' });
  }

  /** Cells of right answers, in the order of the classes. */
  recognized(className: string): Locator {
    return this.matrix.getByRole('button', { name: new RegExp(`^${className} recognized`) });
  }

  /** Gives files to “try it” and waits for as many answers; the likeliest class of each. */
  async tryPictures(files: readonly string[], answered = files.length): Promise<string[]> {
    const [chooser] = await Promise.all([
      this.#page.waitForEvent('filechooser'),
      this.#page.getByRole('button', { name: 'Choose pictures' }).click(),
    ]);
    await chooser.setFiles([...files]);
    return this.answers(answered);
  }

  /** What “try it” says of files that have no answer, once there are `count`. */
  async refusals(count: number): Promise<string[]> {
    const refused = this.#page
      .getByRole('list', { name: 'Pictures tried' })
      .locator('> li')
      .filter({ hasText: 'cannot be read' });
    await refused.nth(count - 1).waitFor();
    return refused.allTextContents();
  }

  /** Waits until `count` pictures have been answered; the likeliest class of each, newest first. */
  async answers(count: number): Promise<string[]> {
    const answers = this.#page.getByRole('list', { name: 'Pictures tried' }).locator('ol > li:first-child');
    await answers.nth(count - 1).waitFor();
    return answers.locator('> span:first-child').allTextContents();
  }

  /** Writes the model to `file`; what the proof says of it. */
  async exportTo(file: string): Promise<string> {
    await this.#page.getByRole('button', { name: 'Export…', exact: true }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Export the model' });
    await dialog.getByLabel('File').fill(file);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const proof = dialog.getByRole('alert').filter({ hasText: 'Largest difference' });
    await proof.waitFor();
    return (await proof.textContent()) ?? '';
  }

  async closeDialog(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
}
