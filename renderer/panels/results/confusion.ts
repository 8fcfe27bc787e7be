/** What a confusion matrix and the samples behind it say. Pure; shares are 0–1. */
import type { Evaluation } from '#shared/protocol/run.ts';

export type Sample = Evaluation['samples'][number];

export interface ConfusedPair {
  /** Class numbers, the smaller first. */
  readonly classes: readonly [number, number];
  /** Samples of either class taken for the other. */
  readonly count: number;
  /** Of all errors. */
  readonly share: number;
}

/** The two classes mistaken for each other most often; undefined when there is no error. */
export function mostConfusedPair(confusion: Evaluation['confusion']): ConfusedPair | undefined {
  let errors = 0;
  let worst: { classes: readonly [number, number]; count: number } | undefined;
  for (const [one, row] of confusion.entries()) {
    for (let other = one + 1; other < row.length; other++) {
      const count = (row[other] ?? 0) + (confusion[other]?.[one] ?? 0);
      errors += count;
      if (count > (worst?.count ?? 0)) worst = { classes: [one, other], count };
    }
  }
  return worst === undefined ? undefined : { ...worst, share: worst.count / errors };
}

/** The very samples a cell counts, the surest answer first. */
export function samplesOfCell(evaluation: Evaluation, label: number, predicted: number): Sample[] {
  return evaluation.samples
    .filter((sample) => sample.label === label && sample.predicted === predicted)
    .toSorted((a, b) => b.confidence - a.confidence);
}

/** Samples answered wrongly, the worst loss first. */
export function wrongestSamples(evaluation: Evaluation): Sample[] {
  return evaluation.samples.filter((sample) => sample.label !== sample.predicted).toSorted((a, b) => b.loss - a.loss);
}

export interface Cell {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** Of the samples of its true class. */
  readonly share: number;
}

/** Cells that count something, row by row: with many classes most of the matrix is empty. */
export function filledCells(confusion: Evaluation['confusion']): Cell[] {
  return confusion.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, predicted) => (count > 0 ? [{ label, predicted, count, share: count / total }] : []));
  });
}

export type ClassColumn = 'name' | 'precision' | 'recall' | 'f1' | 'support';
export interface ClassOrder {
  readonly column: ClassColumn;
  readonly descending: boolean;
}

/** Rows of the per-class table in an order; equal ones stay in class order. */
export function sortClasses(rows: Evaluation['perClass'], { column, descending }: ClassOrder): Evaluation['perClass'] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    if (column === 'name') return sign * a.name.localeCompare(b.name, 'en', { numeric: true });
    return sign * (a[column] - b[column]);
  });
}
