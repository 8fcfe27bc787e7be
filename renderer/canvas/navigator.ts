/** The canvas's point of view, for actions: what to look at, and where things on the screen are on the canvas. */
import type { ReactFlowInstance } from '@xyflow/react';
import type { Point } from '#renderer/store/interface.ts';
import type { CardNode, WireEdge } from './flow-items.ts';

type Flow = ReactFlowInstance<CardNode, WireEdge>;

const moveMilliseconds = 220;
/** Leaves the toolbar free, and room below for cards that grow while they are trained. */
const padding = { top: '20px', left: '86px', right: '40px', bottom: '44px' } as const;
const largestFitZoom = 1.1;

let flow: Flow | undefined;
let region: HTMLElement | null = null;
/** Where the pointer last was over the canvas, screen coordinates. */
let pointer: Point | undefined;

export function attachCanvas(instance: Flow | undefined, element: HTMLElement | null): void {
  flow = instance;
  region = element;
  pointer = undefined;
}

export function notePointer(at: Point | undefined): void {
  pointer = at;
}

function duration(): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : moveMilliseconds;
}

/** Brings nodes into view; all of them without ids. */
export function fit(ids?: readonly string[]): void {
  // Without nodes React Flow would wait, and jump when the first one is added.
  if (flow === undefined || flow.getNodes().length === 0) return;
  const nodes = ids === undefined || ids.length === 0 ? {} : { nodes: ids.map((id) => ({ id })) };
  void flow?.fitView({ ...nodes, padding, maxZoom: largestFitZoom, duration: duration() });
}

export function zoomBy(direction: 'in' | 'out'): void {
  void (direction === 'in' ? flow?.zoomIn({ duration: duration() }) : flow?.zoomOut({ duration: duration() }));
}

export function resetZoom(): void {
  void flow?.zoomTo(1, { duration: duration() });
}

export function screenPointer(): Point | undefined {
  return pointer;
}

export function toCanvas(screen: Point): Point {
  return flow?.screenToFlowPosition(screen) ?? screen;
}

/** Middle of what is in view, on the screen. */
export function screenCentre(): Point {
  const box = region?.getBoundingClientRect();
  return box === undefined
    ? { x: window.innerWidth / 2, y: window.innerHeight / 2 }
    : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Height of a card as drawn, canvas pixels. */
export function heightOf(id: string): number | undefined {
  return flow?.getNode(id)?.measured?.height;
}

/** How many frames a new card may take to be measured before it can have the focus. */
const framesToWait = 20;

/** Puts the keyboard focus on a node's card as soon as it is drawn, or on the canvas. */
export function focusCanvas(id?: string, frames = framesToWait): void {
  const card =
    id === undefined ? null : region?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  (card ?? region)?.focus({ preventScroll: true });
  if (id !== undefined && frames > 0 && document.activeElement !== card) {
    window.requestAnimationFrame(() => focusCanvas(id, frames - 1));
  }
}
