/** Where a plot lies inside its box, and how axis values map to pixels there. */
import type { Range } from '#renderer/charts/scale.ts';

/** Room around the plot, pixels: axis labels left and below, direct labels of the curves at the right. */
export const plotMargin = { top: 8, right: 62, bottom: 18, left: 34 } as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PlotFrame {
  readonly x: Range;
  readonly y: Range;
  readonly size: Size;
}

export function plotWidth({ width }: Size): number {
  return Math.max(1, width - plotMargin.left - plotMargin.right);
}

export function plotHeight({ height }: Size): number {
  return Math.max(1, height - plotMargin.top - plotMargin.bottom);
}

/** Pixels from the left of the box. */
export function toPixelX(frame: PlotFrame, x: number): number {
  return plotMargin.left + ((x - frame.x.from) / (frame.x.to - frame.x.from)) * plotWidth(frame.size);
}

/** Pixels from the top of the box. */
export function toPixelY(frame: PlotFrame, y: number): number {
  return plotMargin.top + (1 - (y - frame.y.from) / (frame.y.to - frame.y.from)) * plotHeight(frame.size);
}

/** Axis value under a pixel; outside the plot, the nearest end. */
export function fromPixelX(frame: PlotFrame, pixel: number): number {
  const share = (pixel - plotMargin.left) / plotWidth(frame.size);
  return frame.x.from + Math.min(1, Math.max(0, share)) * (frame.x.to - frame.x.from);
}

/** Moves label positions apart by at least `gap` pixels, keeping their order and staying within `limit`. */
export function spreadLabels(wanted: readonly number[], gap: number, limit: Range): number[] {
  const order = wanted.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at);
  const placed = [...wanted];
  let lowest = limit.from;
  for (const { at, index } of order) {
    const down = Math.max(lowest, at);
    placed[index] = down;
    lowest = down + gap;
  }
  let highest = limit.to;
  for (const { index } of order.toReversed()) {
    const up = Math.min(highest, placed[index] ?? highest);
    placed[index] = up;
    highest = up - gap;
  }
  return placed;
}
