/** What is said of a run, by its figures: each rule where it applies, and where it just does not. */
import { describe, expect, test } from 'vitest';
import { advise, type Advice, type RuleName } from '#shared/advice/advice.ts';
import type { Outcome, Sample } from '#shared/advice/rule.ts';
import { isSet } from '#shared/advice/settings.ts';
import { applySettings } from '#shared/document/set.ts';
import { templates } from '#shared/document/templates.ts';
import type { Evaluation } from '#shared/protocol/run.ts';

const template = templates.find(({ id }) => id === 'image-classification') as (typeof templates)[number];
const chain = template.build({ dataPath: '/photos', backbone: 'efficientnet-lite0' });

/** An evaluation with this confusion, all answers given with one confidence. */
function evaluationOf(confusion: number[][], confidence = 0.6): Evaluation {
  const classes = confusion.map((_, index) => ['cup', 'book', 'apple'][index] as string);
  const samples = confusion.flatMap((row, label) =>
    row.flatMap((count, predicted) =>
      Array.from({ length: count }, (_, index): Sample => ({
        path: `/photos/${label}-${predicted}-${index}.jpg`,
        label,
        predicted,
        confidence,
        loss: 1,
      })),
    ),
  );
  const right = samples.filter(({ label, predicted }) => label === predicted).length;
  return {
    classes,
    confusion,
    samples,
    loss: 1,
    accuracy: right / samples.length,
    accuracyMargin: 0.05,
    macroF1: right / samples.length,
    perClass: confusion.map((row, label) => {
      const support = row.reduce((sum, count) => sum + count, 0);
      return {
        name: classes[label] as string,
        precision: 1,
        recall: (row[label] ?? 0) / support,
        f1: 1,
        support,
      };
    }),
  };
}

/** Epochs with these validation losses, and this training accuracy throughout. */
function epochs(losses: readonly number[], accuracy = 0.8): Outcome['epochs'] {
  return losses.map((loss, index) => ({
    epoch: index + 1,
    train: { loss, accuracy },
    validation: { loss, accuracy: 0.8 },
  }));
}

const good: Outcome = {
  document: applySettings(chain, ['optimizer.learningRate=0.01']),
  evaluation: evaluationOf([
    [18, 1, 1],
    [1, 18, 1],
    [1, 1, 18],
  ]),
  epochs: epochs([1, 0.5, 0.4, 0.4]),
  planned: 4,
  taught: [80, 80, 80],
};

function said(changes: Partial<Outcome>): readonly Advice[] {
  return advise({ ...good, ...changes });
}
const names = (changes: Partial<Outcome>): RuleName[] => said(changes).map(({ rule }) => rule);

test('nothing to say is said, with a way to go on', () => {
  expect(said({})).toEqual([
    expect.objectContaining({ rule: 'nothing-stands-out', step: { type: 'try', label: 'Try it' } }),
  ]);
});

describe('no better than guessing', () => {
  const evaluation = evaluationOf([
    [8, 6, 6],
    [7, 6, 7],
    [6, 7, 7],
  ]);

  test('a rate far off is set back', () => {
    const document = applySettings(chain, ['optimizer.learningRate=0.5']);
    const [advice] = said({ evaluation, document });
    expect(advice).toMatchObject({
      rule: 'guessing',
      step: { settings: [{ kind: 'optimizer', name: 'learningRate', value: 0.01 }] },
    });
    expect(advice?.sentence).toContain('33 %');
  });

  test('then more epochs, then another backbone, then its last stage', () => {
    const labels = (settings: readonly string[], count: number): string | undefined =>
      said({
        evaluation,
        document: applySettings(good.document, settings),
        epochs: epochs(Array.from({ length: count }, () => 1)),
      })[0]?.step.label;
    expect(labels(['training.epochs=4'], 4)).toBe('Train 30 epochs');
    expect(labels(['backbone.model=nano'], 30)).toBe('Use EfficientNet-Lite0');
    expect(labels([], 30)).toBe('Let the last stage learn too');
  });

  test('is not said of what may be better', () => {
    expect(names({ evaluation: { ...evaluation, accuracy: 0.6 } })).not.toContain('guessing');
  });
});

test('the small backbone is compared with the other, unless it does well', () => {
  const document = applySettings(good.document, ['backbone.model=nano']);
  expect(names({ document })).toEqual(['better-backbone']);
  expect(names({ document, evaluation: { ...good.evaluation, accuracy: 0.97 } })).toEqual(['nothing-stands-out']);
});

test('a loss that still falls at the planned end asks for more epochs', () => {
  const document = applySettings(good.document, ['training.epochs=4']);
  const [advice] = said({ document, epochs: epochs([1, 0.8, 0.6, 0.5]) });
  expect(advice).toMatchObject({ rule: 'still-falling', step: { label: 'Train 8 epochs' } });
  expect(names({ document, epochs: epochs([1, 0.8, 0.5, 0.49]) })).toEqual(['nothing-stands-out']);
  expect(names({ document, epochs: epochs([1, 0.8, 0.6, 0.5]), planned: 30 })).toEqual(['nothing-stands-out']);
});

test('pictures it is sure of as something else are shown, by a model that is to be trusted', () => {
  const { confusion } = good.evaluation;
  const [advice] = said({ evaluation: evaluationOf(confusion, 0.97) });
  expect(advice).toMatchObject({ rule: 'wrongly-sorted', step: { type: 'show', label: 'Look at them' } });
  expect(advice?.step.type === 'show' && advice.step.samples).toHaveLength(6);
  expect(advice?.sentence).toContain('6 photos look wrongly sorted');
  expect(names({ evaluation: { ...evaluationOf(confusion, 0.97), accuracy: 0.6 } })).not.toContain('wrongly-sorted');
});

test('a class with few photos that does worse is named', () => {
  const evaluation = evaluationOf([
    [10, 10, 0],
    [0, 20, 0],
    [0, 0, 20],
  ]);
  const [advice] = said({ evaluation, taught: [8, 80, 80] });
  expect(advice).toMatchObject({ rule: 'few-pictures', step: { type: 'show' } });
  expect(advice?.sentence).toContain('“cup”');
  expect(advice?.sentence).toContain('8 photos');
  const off = applySettings(good.document, ['loss.classWeights=off']);
  expect(said({ evaluation, taught: [8, 80, 80], document: off })[0]?.step).toMatchObject({
    label: 'Count rare classes more',
  });
  expect(names({ evaluation, taught: [30, 80, 80] })).toEqual(['nothing-stands-out']);
});

test('a class that another one eats is shown', () => {
  const evaluation = evaluationOf([
    [4, 16, 0],
    [0, 20, 0],
    [0, 0, 20],
  ]);
  const [advice] = said({ evaluation });
  expect(advice).toMatchObject({ rule: 'eaten-class', step: { title: 'cup taken for book' } });
  expect(advice?.sentence).toContain('Of 20 photos of “cup”, 16 are taken for “book”');
});

describe('learned by heart', () => {
  const evaluation = evaluationOf([
    [14, 3, 3],
    [3, 14, 3],
    [3, 3, 14],
  ]);
  const heart = { evaluation, epochs: epochs([1, 0.5, 0.4, 0.4], 0.99) };

  test('asks for variation, once for all four versions while the backbone is frozen', () => {
    const [advice] = said(heart);
    expect(advice).toMatchObject({ rule: 'memorised', step: { label: 'Vary the photos' } });
    const settings = advice?.step.type === 'set' ? advice.step.settings : [];
    expect(settings).toEqual([
      { kind: 'augment', name: 'enabled', value: true },
      { kind: 'augment', name: 'views', value: 4 },
    ]);
    const followed = applySettings(good.document, ['augment.enabled=true', 'augment.views=4']);
    expect(isSet(followed, settings)).toBe(true);
    expect(said({ ...heart, document: followed })[0]?.step.label).toBe('Drop out half of the features');
  });

  test('is not said of a gap within the margin', () => {
    expect(names({ ...heart, evaluation: { ...evaluation, accuracyMargin: 0.4 } })).not.toContain('memorised');
  });
});
