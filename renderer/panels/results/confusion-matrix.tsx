import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { formatPlural } from '#shared/core/format.ts';
import type { Evaluation } from '#shared/protocol/run.ts';
import { type Cell, filledCells } from './confusion.ts';
import classes from './results.module.css';

interface Props {
  readonly evaluation: Evaluation;
  /** Side of one cell, pixels. */
  readonly cellSize: number;
  /** Room for class names left of the rows and above the columns, pixels; 0 leaves them out. */
  readonly rowNames: number;
  readonly columnNames: number;
  readonly onOpen: (label: number, predicted: number) => void;
  /** Told which cell the pointer or the keyboard is on. */
  readonly onPoint: (cell: Cell | undefined) => void;
}

/** A single mistake must be seen, however many classes there are; pixels. */
const smallestMark = 2;
/** From this size on a cell has room for its count. */
const sizeForCount = 17;
const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * Rows are true classes, columns answers. Only cells that count something are drawn, and the one with the
 * keyboard: with 200 classes nearly all of the 40,000 are empty. Arrow keys walk over all cells.
 */
export function ConfusionMatrix({ evaluation, cellSize, rowNames, columnNames, onOpen, onPoint }: Props) {
  const { classes: names, confusion } = evaluation;
  const filled = useMemo(() => filledCells(confusion), [confusion]);
  const [at, setAt] = useState<readonly [number, number]>([0, 0]);
  const root = useRef<SVGSVGElement>(null);
  const side = names.length * cellSize;
  const gap = cellSize >= 8 ? 1 : 0;

  const empty = confusion[at[0]]?.[at[1]] === 0;
  const cells: readonly Cell[] = empty ? [...filled, { label: at[0], predicted: at[1], count: 0, share: 0 }] : filled;

  const move = (event: KeyboardEvent): void => {
    const direction = directions[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const last = names.length - 1;
    const next: readonly [number, number] = [
      Math.min(last, Math.max(0, at[0] + direction[0])),
      Math.min(last, Math.max(0, at[1] + direction[1])),
    ];
    setAt(next);
    // The cell may not exist before this move is drawn.
    requestAnimationFrame(() => root.current?.querySelector<SVGGElement>(`[data-cell="${next.join('-')}"]`)?.focus());
  };

  return (
    <svg
      ref={root}
      className={classes['matrix']}
      width={rowNames + side}
      height={columnNames + side}
      role="group"
      aria-label={`Confusion matrix of ${formatPlural(names.length, 'class', 'classes')}. Rows are true classes, columns answers.`}
    >
      {rowNames > 0 &&
        names.map((name, row) => (
          <text key={row} x={rowNames - 6} y={columnNames + (row + 0.5) * cellSize} dy="0.35em" textAnchor="end">
            {shorten(name, rowNames)}
          </text>
        ))}
      {columnNames > 0 &&
        names.map((name, column) => {
          const x = rowNames + (column + 0.5) * cellSize;
          const y = columnNames - 6;
          return (
            <text key={column} x={x} y={y} dy="0.35em" transform={`rotate(-60 ${x} ${y})`}>
              {shorten(name, columnNames)}
            </text>
          );
        })}
      <rect x={rowNames} y={columnNames} width={side} height={side} rx={4} fill="var(--graft-sunken)" opacity={0.6} />
      {cells.map((cell) => (
        <MatrixCell
          key={`${cell.label}-${cell.predicted}`}
          cell={cell}
          x={rowNames + cell.predicted * cellSize}
          y={columnNames + cell.label * cellSize}
          size={Math.max(smallestMark, cellSize - gap)}
          name={cellName(cell, names)}
          reachable={cell.label === at[0] && cell.predicted === at[1]}
          onOpen={() => onOpen(cell.label, cell.predicted)}
          onPoint={() => {
            onPoint(cell);
          }}
          onLeave={() => onPoint(undefined)}
          onFocus={() => setAt([cell.label, cell.predicted])}
          onMove={move}
        />
      ))}
    </svg>
  );
}

interface CellProps {
  readonly cell: Cell;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly name: string;
  readonly reachable: boolean;
  readonly onOpen: () => void;
  readonly onPoint: () => void;
  readonly onLeave: () => void;
  readonly onFocus: () => void;
  readonly onMove: (event: KeyboardEvent) => void;
}

function MatrixCell({ cell, x, y, size, name, reachable, onOpen, onPoint, onLeave, onFocus, onMove }: CellProps) {
  const right = cell.label === cell.predicted;
  // Square root: a single mistake among many must still be seen.
  const strength = cell.count === 0 ? 0 : 0.12 + 0.88 * Math.sqrt(cell.share);
  return (
    <g
      className={classes['cell']}
      data-cell={`${cell.label}-${cell.predicted}`}
      role="button"
      tabIndex={reachable ? 0 : -1}
      aria-label={name}
      onClick={onOpen}
      onKeyDown={(event) => {
        onMove(event);
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onOpen();
      }}
      onPointerEnter={onPoint}
      onPointerLeave={onLeave}
      onFocus={() => {
        onFocus();
        onPoint();
      }}
    >
      <rect
        x={x}
        y={y}
        width={size}
        height={size}
        rx={size >= 8 ? 2 : 0}
        fill={right ? 'var(--right)' : 'var(--wrong)'}
        fillOpacity={strength}
      />
      {size >= sizeForCount && cell.count > 0 && (
        <text
          className={classes['count']}
          x={x + size / 2}
          y={y + size / 2}
          dy="0.35em"
          style={{ fill: strength > 0.6 ? 'var(--graft-surface)' : 'var(--graft-text)' }}
        >
          {cell.count}
        </text>
      )}
    </g>
  );
}

/** “shirt taken for t-shirt: 7 photos”. */
export function cellName({ label, predicted, count }: Cell, names: readonly string[]): string {
  const photos = formatPlural(count, 'photo');
  return label === predicted
    ? `${names[label]} recognized: ${photos}`
    : `${names[label]} taken for ${names[predicted]}: ${photos}`;
}

/** Cuts a name to what fits in `width` pixels of the matrix's small type. */
function shorten(name: string, width: number): string {
  const characters = Math.floor((width - 8) / 5.8);
  return name.length <= characters ? name : `${name.slice(0, Math.max(1, characters - 1))}…`;
}
