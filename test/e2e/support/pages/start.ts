/** Where the workbench begins, and the dialogs through which projects are opened and saved. */
import { basename, dirname } from 'node:path';
import type { Locator, Page } from 'playwright-core';

export class StartPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get heading(): Locator {
    return this.#page.getByRole('heading', { name: 'Train on your own folder' });
  }

  /** Opens the usual template on the sample pictures. */
  async trySample(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Try the sample' }).click();
    await this.#page.getByRole('region', { name: 'Canvas', exact: true }).waitFor();
  }

  /** Opens the usual template on a folder of one's own. */
  async beginWithFolder(folder: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Choose a folder…' }).click();
    await this.inDialog('Choose a folder of pictures', async (dialog) => {
      await this.goTo(dialog, folder);
      await dialog.getByRole('button', { name: 'Use this folder' }).click();
    });
    await this.#page.getByRole('region', { name: 'Canvas', exact: true }).waitFor();
  }

  /** Opens a project file from the start page or, by its shortcut, from anywhere. */
  async openProject(file: string): Promise<void> {
    await this.#page.keyboard.press('Control+O');
    await this.inDialog('Open project', async (dialog) => {
      await this.goTo(dialog, dirname(file));
      await dialog.getByRole('button', { name: basename(file) }).click();
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    });
  }

  /** Saves under a new name. */
  async saveProjectAs(file: string): Promise<void> {
    await this.chooseNameToSave(file);
    await this.#page.getByRole('banner').getByText(basename(file)).waitFor();
    await this.#page.getByLabel('unsaved changes').waitFor({ state: 'hidden' });
  }

  /** Gives a name to save under, and does not wait for what comes of it. */
  async chooseNameToSave(file: string): Promise<void> {
    await this.#page.keyboard.press('Control+Shift+S');
    await this.inDialog('Save project', async (dialog) => {
      await this.goTo(dialog, dirname(file));
      await dialog.getByLabel('File name').fill(basename(file));
      await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    });
  }

  /** Plays in a dialog and waits until it has closed. */
  private async inDialog(name: string, play: (dialog: Locator) => Promise<void>): Promise<void> {
    const dialog = this.#page.getByRole('dialog', { name });
    await play(dialog);
    await dialog.waitFor({ state: 'hidden' });
  }

  private async goTo(dialog: Locator, folder: string): Promise<void> {
    const address = dialog.getByLabel('Folder', { exact: true });
    // As a person would, after the dialog has come up: until then it still moves the focus, and shows no folder.
    await this.#page.waitForFunction(
      (input) =>
        input instanceof HTMLInputElement &&
        input.value !== '' &&
        document.activeElement?.matches('[data-autofocus]') === true,
      await address.elementHandle(),
    );
    await address.fill(folder);
    await address.press('Enter');
    await this.#page.waitForFunction(([input, wanted]) => input instanceof HTMLInputElement && input.value === wanted, [
      await address.elementHandle(),
      folder,
    ] as const);
  }
}
