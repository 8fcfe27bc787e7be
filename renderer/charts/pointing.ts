/** Hover and drag-zoom over plots that share an x axis. */
import { type PointerEvent, useState } from 'react';
import { fromPixelX, type PlotFrame, plotWidth } from '#renderer/charts/plot-frame.ts';
import type { Range } from '#renderer/charts/scale.ts';

export interface Pointing {
  /** Part of the x axis shown; undefined shows all and follows the run. */
  readonly zoom: Range | undefined;
  /** Where the pointer is, in epochs. */
  readonly hover: number | undefined;
  /** What is being dragged out. */
  readonly drag: Range | undefined;
}

export interface PointingHandlers {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerLeave: () => void;
  readonly onDoubleClick: () => void;
}

const nothing: Pointing = { zoom: undefined, hover: undefined, drag: undefined };
/** A drag shorter than this is a click. */
const shortestDragPixels = 6;

export function usePointing(): {
  readonly pointing: Pointing;
  readonly resetZoom: () => void;
  readonly handlersFor: (frame: PlotFrame) => PointingHandlers;
} {
  const [pointing, setPointing] = useState(nothing);
  const resetZoom = (): void => setPointing((old) => ({ ...old, zoom: undefined, drag: undefined }));

  const handlersFor = (frame: PlotFrame): PointingHandlers => {
    const positionOf = (event: PointerEvent<HTMLElement>): number =>
      fromPixelX(frame, event.clientX - event.currentTarget.getBoundingClientRect().left);
    const shortest = (shortestDragPixels / plotWidth(frame.size)) * (frame.x.to - frame.x.from);
    return {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const x = positionOf(event);
        setPointing((old) => ({ ...old, drag: { from: x, to: x } }));
      },
      onPointerMove: (event) => {
        const x = positionOf(event);
        setPointing((old) => ({ ...old, hover: x, drag: old.drag && { from: old.drag.from, to: x } }));
      },
      onPointerUp: () =>
        setPointing(({ zoom, hover, drag }) => {
          if (drag === undefined || Math.abs(drag.to - drag.from) <= shortest) return { zoom, hover, drag: undefined };
          const dragged = { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) };
          return { zoom: dragged, hover, drag: undefined };
        }),
      onPointerLeave: () => setPointing((old) => ({ ...old, hover: undefined })),
      onDoubleClick: resetZoom,
    };
  };
  return { pointing, resetZoom, handlersFor };
}
