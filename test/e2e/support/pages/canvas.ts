/** The canvas: cards, sockets and wires, by pointer and by keyboard. */
import type { Locator, Page } from 'playwright-core';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class CanvasPage {
  readonly #page: Page;
  readonly region: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.region = page.getByRole('region', { name: 'Canvas', exact: true });
  }

  card(id: string): Locator {
    return this.#page.getByTestId(`node-${id}`);
  }

  /** A socket: `side` is seen from its card. */
  port(node: string, side: 'in' | 'out', port: string): Locator {
    return this.#page.getByTestId(`port-${node}-${side}-${port}`);
  }

  /** The accessible name of a socket ends in “connected” while a wire is on it. */
  connectedPort(node: string, side: 'in' | 'out', port: string): Locator {
    return this.#page.locator(`[data-testid="port-${node}-${side}-${port}"][aria-label$=", connected"]`);
  }

  get cards(): Locator {
    return this.region.locator('article[data-kind]');
  }

  /** Drags a kind from the palette to a point of the canvas, given from its top left corner. */
  async dragFromPalette(kind: string, to: Point): Promise<void> {
    await this.#page.getByTestId(`palette-${kind}`).dragTo(this.region, { targetPosition: to });
  }

  /** Draws a wire from an output to an input with the mouse. */
  async drawWire(
    from: readonly [node: string, port: string],
    to: readonly [node: string, port: string],
  ): Promise<void> {
    const start = await centreOf(this.port(from[0], 'out', from[1]));
    const end = await centreOf(this.port(to[0], 'in', to[1]));
    await this.#page.mouse.move(start.x, start.y);
    await this.#page.mouse.down();
    await this.#page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
    await this.#page.mouse.move(end.x, end.y, { steps: 4 });
    await this.#page.mouse.up();
    await this.connectedPort(to[0], 'in', to[1]).waitFor();
  }

  /** Zooms out, click by click, until cards are drawn at most at this scale. */
  async zoomOutTo(scale: number): Promise<void> {
    const button = this.#page.getByRole('button', { name: 'Zoom out' });
    while ((await this.#restingScale()) > scale) await button.click();
  }

  /** The scale of the view once it has stopped moving. */
  async #restingScale(): Promise<number> {
    return this.region.locator('.react-flow__viewport').evaluate(async (viewport) => {
      const look = (): string => getComputedStyle(viewport).transform;
      let before = look();
      for (let still = 0; still < 3;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        still = look() === before ? still + 1 : 0;
        before = look();
      }
      return new DOMMatrix(before).a;
    });
  }

  async select(id: string): Promise<void> {
    await this.card(id).locator('header').click();
    await this.#page.locator(`[data-testid="node-${id}"][data-selected="true"]`).waitFor();
  }
}

async function centreOf(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`${String(locator)} is not on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
