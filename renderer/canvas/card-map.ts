/** Where cards stand, by squares of the canvas: every wire asks what is in its way, and few cards are near any wire. */
import { columnWidth, rowHeight } from './measures.ts';
import { standsBetween, type Box, type WireEnds } from './wire-path.ts';

export interface Card extends Box {
  readonly id: string;
}

export class CardMap {
  readonly #cards: readonly Card[];
  readonly #squares = new Map<string, Card[]>();
  /** Cards that lie on more squares than one would list. */
  readonly #huge: Card[] = [];

  constructor(cards: readonly Card[]) {
    this.#cards = cards;
    for (const card of cards) {
      const squares = squaresOf(card.x, card.y, card.x + card.width, card.y + card.height, 64);
      if (squares === undefined) this.#huge.push(card);
      for (const square of squares ?? []) {
        const there = this.#squares.get(square);
        if (there) there.push(card);
        else this.#squares.set(square, [card]);
      }
    }
  }

  /** Whether a card other than those at its ends stands in the way of a wire. */
  blocks(ends: WireEnds & { readonly source: string; readonly target: string }): boolean {
    const isInTheWay = (card: Card): boolean =>
      card.id !== ends.source && card.id !== ends.target && standsBetween(ends, card);
    const { sourceX, sourceY, targetX, targetY } = ends;
    const [left, right] = [Math.min(sourceX, targetX), Math.max(sourceX, targetX)];
    const [top, bottom] = [Math.min(sourceY, targetY), Math.max(sourceY, targetY)];
    // A wire over more squares than there are cards is asked of every card.
    const squares = squaresOf(left, top - rowHeight, right, bottom + rowHeight, this.#cards.length);
    if (squares === undefined) return this.#cards.some(isInTheWay);
    return (
      this.#huge.some(isInTheWay) || squares.some((square) => this.#squares.get(square)?.some(isInTheWay) ?? false)
    );
  }
}

/** The squares that a box touches; undefined where they are more than `most`. */
function squaresOf(left: number, top: number, right: number, bottom: number, most: number): string[] | undefined {
  const [first, last] = [Math.floor(left / columnWidth), Math.floor(right / columnWidth)];
  const [upper, lower] = [Math.floor(top / rowHeight), Math.floor(bottom / rowHeight)];
  const count = (last - first + 1) * (lower - upper + 1);
  if (!(count <= most)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const column = first + (index % (last - first + 1));
    return `${column},${upper + Math.floor(index / (last - first + 1))}`;
  });
}
