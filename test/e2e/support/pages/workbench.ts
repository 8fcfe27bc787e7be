/** What frames the canvas: the inspector, the problem strip, notifications, the palette of commands. */
import type { Locator, Page } from 'playwright-core';

export class WorkbenchPage {
  readonly #page: Page;
  readonly inspector: Locator;
  readonly problems: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.inspector = page.getByRole('complementary', { name: 'Inspector' });
    this.problems = page.getByRole('region', { name: 'Problems' });
  }

  /** Waits until the pictures have been counted and nothing keeps the graph from training. */
  async untilReady(): Promise<void> {
    await this.#page
      .getByTestId('node-data')
      .getByText(/Train [\d,. ]+ · Validation/)
      .waitFor({ timeout: 60_000 });
    await this.problems.getByText('No problems').waitFor();
  }

  /** Moves the focus with Tab, as a person without a mouse does, until it is on the control. */
  async tabTo(control: Locator): Promise<void> {
    await control.waitFor();
    for (let presses = 0; presses < 300; presses++) {
      if (await control.evaluate((element) => element === document.activeElement)) return;
      await this.#page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${String(control)}`);
  }

  /** Waits for a problem to be named in the strip. */
  async untilProblem(words: string | RegExp): Promise<void> {
    await this.problems.getByText(words).first().waitFor({ timeout: 60_000 });
  }

  /** Waits for a notification with these words. */
  async untilNotified(words: string | RegExp): Promise<void> {
    await this.#page.getByRole('alert').filter({ hasText: words }).first().waitFor();
  }

  /** Runs a command by its name in the command palette. */
  async command(label: string): Promise<void> {
    await this.#page.keyboard.press('Control+K');
    await this.#choose('Commands', label, label);
  }

  /** Adds a node from the keyboard palette. */
  async addNode(title: string): Promise<void> {
    await this.#page.keyboard.press('a');
    await this.#choose('Nodes', title, title);
  }

  /** Wires two nodes by keyboard, one of which is selected. */
  async connect(from: string, to: string, port: string): Promise<void> {
    await this.#page.keyboard.press('c');
    await this.#choose('Connections', `${from} ${port}`, `${from} → ${to}`);
  }

  /** Types into a list in front and takes the choice with this label, which must be the first one offered. */
  async #choose(list: string, query: string, label: string): Promise<void> {
    await this.#page.getByRole('combobox', { name: list }).waitFor();
    await this.#page.keyboard.type(query);
    await this.#page.getByRole('option', { selected: true }).filter({ hasText: label }).waitFor();
    await this.#page.keyboard.press('Enter');
    await this.#page.getByRole('combobox', { name: list }).waitFor({ state: 'hidden' });
  }

  /** Points the Photos card at another folder. */
  async setFolder(folder: string): Promise<void> {
    await this.#page.getByTestId('node-data').locator('header').click();
    const input = this.inspector.getByLabel('Folder', { exact: true });
    await input.fill(folder);
    await input.press('Enter');
  }

  /** The field beside a slider of the selected node. */
  exactly(field: string): Locator {
    return this.inspector.getByLabel(`${field}, exact value`);
  }

  /** Types a value beside a slider and presses Enter. */
  async setExactly(field: string, text: string): Promise<void> {
    await this.exactly(field).fill(text);
    await this.exactly(field).press('Enter');
  }

  /** The sentence at a field that has refused a value. */
  refusal(sentence: string): Locator {
    return this.inspector.getByRole('alert').filter({ hasText: sentence });
  }

  /** Takes another choice of a list in the inspector of the selected node, without the mouse. */
  async chooseByKeyboard(field: string, label: string): Promise<void> {
    // From within the inspector, F6 goes back to the card first.
    const isInside = await this.inspector.evaluate((panel) => panel.contains(document.activeElement));
    for (const key of isInside ? ['F6', 'F6'] : ['F6']) await this.#page.keyboard.press(key);
    await this.tabTo(this.inspector.getByRole('combobox', { name: field }));
    await this.#page.keyboard.press('ArrowDown');
    const wanted = this.#page.getByRole('option', { name: label, exact: true });
    await wanted.waitFor();
    for (let presses = 0; presses < 40; presses++) {
      if ((await wanted.getAttribute('data-combobox-selected')) !== null) break;
      await this.#page.keyboard.press('ArrowDown');
    }
    await this.#page.keyboard.press('Enter');
    await wanted.waitFor({ state: 'hidden' });
  }

  /** Sets a number in the inspector of the selected node. */
  async setNumber(field: string, value: number): Promise<void> {
    const input = this.inspector.getByLabel(field, { exact: true });
    await input.fill(String(value));
    await input.press('Enter');
  }
}
