/** Sizes on the canvas, pixels at zoom 1. */
export const cardWidth = 240;
/** From one card's left edge to the next one's. */
export const columnWidth = 288;
/** From one row of cards to the next. */
export const rowHeight = 240;
export const gridSize = 16;

const firstSocket = 72;
const socketDistance = 36;
const roomBelowSocket = 24;

/** Distance of a side's socket from the top of its card. */
export function socketTop(index: number): number {
  return firstSocket + index * socketDistance;
}

/** Height a card needs at least, so that its sockets are on it. */
export function heightForSockets(inputs: number, outputs: number): number {
  const count = Math.max(inputs, outputs);
  return count === 0 ? 0 : socketTop(count - 1) + roomBelowSocket;
}
