import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#shared/protocol/run.ts';
import {
  filledCells,
  mostConfusedPair,
  samplesOfCell,
  sortClasses,
  wrongestSamples,
} from '#renderer/panels/results/confusion.ts';

const confusion = [
  [8, 1, 1],
  [3, 7, 0],
  [0, 0, 0],
];

const sample = (path: string, label: number, predicted: number, confidence: number, loss: number) => ({
  path,
  label,
  predicted,
  confidence,
  loss,
});

const evaluation: Evaluation = {
  classes: ['hat', 'shirt', 'skirt'],
  loss: 1,
  accuracy: 0.75,
  accuracyMargin: 0.18,
  macroF1: 0.6,
  confusion,
  perClass: [
    { name: 'class 10', precision: 0.5, recall: 0.9, f1: 0.64, support: 10 },
    { name: 'class 2', precision: 0.8, recall: 0.7, f1: 0.75, support: 10 },
    { name: 'class 1', precision: 0.8, recall: 0.1, f1: 0.18, support: 3 },
  ],
  samples: [
    sample('a', 0, 1, 0.6, 1.2),
    sample('b', 0, 1, 0.9, 3),
    sample('c', 0, 0, 0.99, 0.01),
    sample('d', 1, 0, 0.5, 1.5),
  ],
};

describe('confusion', () => {
  it('finds the pair mistaken for each other in either direction', () => {
    expect(mostConfusedPair(confusion)).toEqual({ classes: [0, 1], count: 4, share: 0.8 });
    expect(
      mostConfusedPair([
        [3, 0],
        [0, 2],
      ]),
    ).toBeUndefined();
  });

  it('gives only cells that count something, as shares of their row', () => {
    expect(filledCells(confusion).map(({ label, predicted, share }) => [label, predicted, share])).toEqual([
      [0, 0, 0.8],
      [0, 1, 0.1],
      [0, 2, 0.1],
      [1, 0, 0.3],
      [1, 1, 0.7],
    ]);
  });

  it('opens the very samples of a cell, the surest first', () => {
    expect(samplesOfCell(evaluation, 0, 1).map(({ path }) => path)).toEqual(['b', 'a']);
    expect(samplesOfCell(evaluation, 2, 0)).toEqual([]);
  });

  it('orders wrong answers by loss and leaves right ones out', () => {
    expect(wrongestSamples(evaluation).map(({ path }) => path)).toEqual(['b', 'd', 'a']);
  });

  it('sorts classes by name as people count, and by figures', () => {
    const names = (column: 'name' | 'precision' | 'support', descending: boolean) =>
      sortClasses(evaluation.perClass, { column, descending }).map(({ name }) => name);
    expect(names('name', false)).toEqual(['class 1', 'class 2', 'class 10']);
    expect(names('precision', true)).toEqual(['class 2', 'class 1', 'class 10']);
    expect(names('support', false)).toEqual(['class 1', 'class 10', 'class 2']);
  });
});
