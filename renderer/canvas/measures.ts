/** Sizes on the canvas, pixels at zoom 1. */
import { Position, type NodeHandle } from '@xyflow/react';

export const cardWidth = 240;
/** From one card's left edge to the next one's. */
export const columnWidth = 288;
/** From one row of cards to the next. */
export const rowHeight = 240;
export const gridSize = 16;
/** Height of a card with two lines of words on it. */
export const smallestCard = 96;

const firstSocket = 72;
const socketDistance = 36;
const roomBelowSocket = 24;

/** Distance of a side's socket from the top of its card. */
export function socketTop(index: number): number {
  return firstSocket + index * socketDistance;
}

/** Side of the square around a socket in which it can be taken hold of. */
const handleSize = 20;
const cardBorder = 1;

/** A socket's square, from the top left corner of its card. */
export function handleBox(side: 'left' | 'right', index: number): Omit<NodeHandle, 'id' | 'type'> {
  const middle = side === 'left' ? cardBorder : cardWidth - cardBorder;
  return {
    x: middle - handleSize / 2,
    y: cardBorder + socketTop(index) - handleSize / 2,
    width: handleSize,
    height: handleSize,
    position: side === 'left' ? Position.Left : Position.Right,
  };
}

/** Height a card needs at least, so that its sockets are on it. */
export function heightForSockets(inputs: number, outputs: number): number {
  const count = Math.max(inputs, outputs);
  return count === 0 ? 0 : socketTop(count - 1) + roomBelowSocket;
}
