/** The bottom of the workbench: steering a run and watching it. */
import type { Locator, Page } from 'playwright-core';

export class RunPage {
  readonly #page: Page;
  readonly panel: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.panel = page.getByRole('region', { name: 'Training', exact: true });
  }

  button(name: 'Train' | 'Train again' | 'Pause' | 'Resume' | 'Stop' | 'Export…'): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Waits until the run has ended with a model. */
  async untilDone(): Promise<void> {
    await this.#page.locator('button:enabled', { hasText: 'Export…' }).waitFor({ timeout: 180_000 });
  }

  /** The epoch the run bar shows; 0 before the first. */
  async epoch(): Promise<number> {
    const words = await this.panel.getByText(/^(?:Epoch|Paused in epoch) /).allTextContents();
    return Number.parseInt(/[\d,]+/.exec(words[0] ?? '')?.[0].replaceAll(',', '') ?? '0', 10);
  }

  /** Opens one of the tabs beside the charts, or among them where the window is narrow. */
  async open(tab: 'Charts' | 'Results' | 'Classes' | 'Try it' | 'Runs' | 'Log'): Promise<void> {
    await this.panel.getByRole('tab', { name: tab, exact: true }).click();
  }

  /** What a chart shows of the place under the pointer, in its middle. */
  async readUnderPointer(metric: 'Loss' | 'Accuracy'): Promise<string> {
    const chart = this.panel.getByRole('figure', { name: new RegExp(`^${metric} by epoch`) });
    await chart.hover();
    return chart.locator('dl').innerText();
  }

  /** What a chart says of itself to a screen reader, once an epoch is finished. */
  async chartText(metric: 'Loss' | 'Accuracy'): Promise<string> {
    const chart = this.panel.getByRole('figure', { name: new RegExp(`^${metric} by epoch\\. After epoch`) });
    await chart.waitFor();
    return (await chart.getAttribute('aria-label')) ?? '';
  }
}

/** Numbers after “training” and “validation” in the first and the last epoch a chart names. */
export function readChart(text: string): { first: Reading; last: Reading } {
  const readings = [...text.matchAll(/training ([\d.]*\d)(?: %)?, validation ([\d.]*\d)/g)].map(
    ([, training, validation]): Reading => ({ training: Number(training), validation: Number(validation) }),
  );
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) throw new Error(`no figures in “${text}”`);
  return { first, last };
}

export interface Reading {
  readonly training: number;
  readonly validation: number;
}
