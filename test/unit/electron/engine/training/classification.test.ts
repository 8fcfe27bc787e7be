import { describe, expect, it } from 'vitest';
import { evaluateClassifier, measure } from '#electron/engine/training/classification.ts';

const plain = { kind: 'cross_entropy' };
/** Logits whose probabilities are the ones given. */
const logitsOf = (...rows: readonly (readonly number[])[]): Float32Array =>
  Float32Array.from(rows.flat(), (chance) => Math.log(chance));

/** Six pictures of cats, dogs and emus; the third and the last are taken for something else. */
const chances = [
  [0.8, 0.1, 0.1],
  [0.5, 0.3, 0.2],
  [0.2, 0.7, 0.1],
  [0.1, 0.6, 0.3],
  [0.25, 0.5, 0.25],
  [0.6, 0.1, 0.3],
];
const labels = [0, 0, 0, 1, 1, 2];
const samples = labels.map((label, index) => ({ path: `${index}.png`, label }));
const evaluation = evaluateClassifier(logitsOf(...chances), samples, ['cat', 'dog', 'emu'], plain);

describe('a hand-computed example', () => {
  it('has its confusion: a row for each true class', () => {
    expect(evaluation.confusion).toEqual([
      [2, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
  });

  it('has precision, recall and F1 by class', () => {
    const expected = [
      // cat: claimed 3 times, right twice, of three there are.
      { name: 'cat', precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 },
      // dog: claimed 3 times, right twice, of two there are.
      { name: 'dog', precision: 2 / 3, recall: 1, f1: 0.8, support: 2 },
      // emu: never claimed.
      { name: 'emu', precision: 0, recall: 0, f1: 0, support: 1 },
    ];
    evaluation.perClass.forEach((one, index) => {
      expect([one.name, one.support]).toEqual([expected[index]?.name, expected[index]?.support]);
      for (const key of ['precision', 'recall', 'f1'] as const)
        expect(one[key], `${key} of ${one.name}`).toBeCloseTo(expected[index]?.[key] as number, 12);
    });
    expect(evaluation.macroF1).toBeCloseTo((2 / 3 + 0.8 + 0) / 3, 12);
    expect(evaluation.accuracy).toBeCloseTo(4 / 6, 12);
  });

  it('has the loss of each picture and of all', () => {
    const perSample = labels.map((label, row) => -Math.log((chances[row] as number[])[label] as number));
    evaluation.samples.forEach((sample, row) => {
      expect(sample.loss).toBeCloseTo(perSample[row] as number, 6);
      expect(sample.confidence).toBeCloseTo(Math.max(...(chances[row] as number[])), 6);
      expect([sample.path, sample.label]).toEqual([`${row}.png`, labels[row]]);
    });
    expect(evaluation.samples.map(({ predicted }) => predicted)).toEqual([0, 0, 1, 1, 1, 0]);
    expect(evaluation.loss).toBeCloseTo(perSample.reduce((sum, loss) => sum + loss, 0) / 6, 6);
  });
});

describe('the loss that is reported', () => {
  const logits = logitsOf([0.7, 0.2, 0.1], [0.3, 0.3, 0.4]);

  it('weighs classes as training does', () => {
    const { loss } = measure(logits, [0, 2], 3, { ...plain, class_weights: [2, 1, 0.5] });
    expect(loss).toBeCloseTo((-2 * Math.log(0.7) - 0.5 * Math.log(0.4)) / 2.5, 6);
  });

  it('smooths labels as training does', () => {
    const { loss } = measure(logits, [0, 2], 3, { ...plain, label_smoothing: 0.3 });
    // The true class is wanted with 0.7 + 0.1, the others with 0.1 each.
    const first = -(0.8 * Math.log(0.7) + 0.1 * Math.log(0.2) + 0.1 * Math.log(0.1));
    const second = -(0.8 * Math.log(0.4) + 0.2 * Math.log(0.3));
    expect(loss).toBeCloseTo((first + second) / 2, 6);
  });

  it('looks away from what is sure, as focal training does', () => {
    const spec = { kind: 'focal', form: 'softmax' as const, gamma: 3, class_weights: [2, 1, 0.5] };
    const { loss } = measure(logits, [0, 2], 3, spec);
    expect(loss).toBeCloseTo((-2 * 0.3 ** 3 * Math.log(0.7) - 0.5 * 0.6 ** 3 * Math.log(0.4)) / 2.5, 6);
  });

  it('is not a number when the logits are none', () => {
    expect(measure(Float32Array.of(Number.NaN, 1, 2), [0], 3, plain).loss).toBeNaN();
  });

  it('of nothing is 0', () => {
    expect(measure(new Float32Array(), [], 3, plain)).toEqual({ loss: 0, accuracy: 0 });
  });
});

it('stays finite where exponentials would not', () => {
  const far = Float32Array.of(0, 0, 0, 1e4, 0, -1e4);
  const pictures = [
    { path: 'x', label: 2 },
    { path: 'y', label: 2 },
  ];
  const [equal, sure] = evaluateClassifier(far, pictures, ['a', 'b', 'c'], plain).samples;
  expect(equal?.confidence).toBeCloseTo(1 / 3, 12);
  expect(sure).toMatchObject({ predicted: 0, confidence: 1 });
  expect(sure?.loss).toBeGreaterThan(100);
  expect(Number.isFinite(sure?.loss)).toBe(true);
});

describe('the margin of the accuracy', () => {
  /** So many right out of so many. */
  const marginOf = (right: number, count: number): number => {
    const logits = Float32Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 1 : 0));
    const pictures = Array.from({ length: count }, (_, index) => ({ path: '', label: index < right ? 0 : 1 }));
    return evaluateClassifier(logits, pictures, ['a', 'b'], plain).accuracyMargin;
  };

  // Wilson's interval at 95 % for 8 of 10 is 0.490–0.943, for 0 of 10 it is 0–0.278 (Brown, Cai and DasGupta 2001).
  it.each([
    [8, 10, 0.2265],
    [0, 10, 0.139],
    [10, 10, 0.139],
    [500, 1000, 0.0309],
  ])('is Wilson’s for %i right of %i', (right, count, expected) => {
    expect(marginOf(right, count)).toBeCloseTo(expected, 3);
  });

  it('of nothing is 0', () => {
    expect(marginOf(0, 0)).toBe(0);
  });
});
