/** Measures of a classifier from its logits. All arithmetic in float64. */
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { Evaluation, Metrics } from '#shared/protocol/run.ts';

/** Softmax of one row of logits. */
function probabilities(logits: Float32Array, classes: number, row: number): number[] {
  const values = Array.from(logits.subarray(row * classes, (row + 1) * classes));
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] as number) ? index : best), 0);
}

/** Loss of one sample before the mean, by the formulas of shared/compiler/losses (cross-entropy and focal). */
function sampleLoss(chances: readonly number[], label: number, spec: LossSpec): number {
  if (spec.kind === 'focal') {
    const chance = chances[label] as number;
    const focus = (1 - chance) ** (spec.gamma ?? 2);
    return -(spec.class_weights?.[label] ?? 1) * focus * Math.log(Math.max(chance, 1e-300));
  }
  const smoothing = spec.label_smoothing ?? 0;
  return chances.reduce((total, chance, index) => {
    const desired = (index === label ? 1 - smoothing : 0) + smoothing / chances.length;
    return desired === 0
      ? total
      : total - (spec.class_weights?.[index] ?? 1) * desired * Math.log(Math.max(chance, 1e-300));
  }, 0);
}

/** Loss as trained on, and accuracy, of `labels.length` rows. */
export function measure(logits: Float32Array, labels: readonly number[], classes: number, spec: LossSpec): Metrics {
  let loss = 0;
  let weight = 0;
  let correct = 0;
  labels.forEach((label, row) => {
    const chances = probabilities(logits, classes, row);
    loss += sampleLoss(chances, label, spec);
    weight += spec.class_weights?.[label] ?? 1;
    if (indexOfLargest(chances) === label) correct++;
  });
  return { loss: weight === 0 ? 0 : loss / weight, accuracy: correct / Math.max(1, labels.length) };
}

/** Half the width of the 95 % Wilson score interval of a share (Wilson 1927). */
function wilsonMargin(share: number, count: number): number {
  if (count === 0) return 0;
  const z = 1.959964;
  return (z / (1 + (z * z) / count)) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
}

/** The full picture for `evaluation.json`. */
export function evaluateClassifier(
  logits: Float32Array,
  samples: readonly { path: string; label: number }[],
  classes: readonly string[],
  spec: LossSpec,
): Evaluation {
  const confusion = classes.map(() => classes.map(() => 0));
  const judged = samples.map(({ path, label }, row) => {
    const chances = probabilities(logits, classes.length, row);
    const predicted = indexOfLargest(chances);
    const counts = confusion[label] as number[];
    counts[predicted] = (counts[predicted] as number) + 1;
    return {
      path,
      label,
      predicted,
      confidence: chances[predicted] as number,
      loss: -Math.log(Math.max(chances[label] as number, 1e-300)),
    };
  });
  const perClass = classes.map((name, index) => {
    const hits = confusion[index]?.[index] ?? 0;
    const support = (confusion[index] as number[]).reduce((sum, count) => sum + count, 0);
    const claimed = confusion.reduce((sum, row) => sum + (row[index] as number), 0);
    const precision = claimed === 0 ? 0 : hits / claimed;
    const recall = support === 0 ? 0 : hits / support;
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { name, precision, recall, f1, support };
  });
  const { loss, accuracy } = measure(
    logits,
    samples.map(({ label }) => label),
    classes.length,
    spec,
  );
  return {
    classes: [...classes],
    loss,
    accuracy,
    accuracyMargin: wilsonMargin(accuracy, samples.length),
    macroF1: perClass.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, perClass.length),
    confusion,
    perClass,
    samples: judged,
  };
}
