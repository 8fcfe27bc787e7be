/**
 * Whole architectures, as PyTorch's exporters write them, against PyTorch: the loss, what is trained, and the gradient
 * of every parameter. And against nothing but the loss itself, by its differences.
 */
import { describe, expect, it } from 'vitest';
import { violations } from '#shared/ir/legality.ts';
import { Descent, norm, sum, type Weights } from '#test/engine/architectures/descent.ts';
import { blendedDirection, derivativeAlong, product } from '#test/engine/architectures/direction.ts';
import { fixtureNames, readFixture, stepOf, type Fixture } from '#test/engine/architectures/fixture.ts';

/** Relative. PyTorch's gradients are float64; a step is float32 through a hundred layers. */
const tolerance = 2e-4;

describe('architectures as PyTorch exports them', () => {
  it.each(fixtureNames())('%s', async (name) => {
    const fixture = readFixture(name);
    const step = await stepOf(fixture);
    expect(violations(step.model)).toEqual([]);
    expect(fixture.reference.missing).toEqual([]);
    expect([...step.parameters.keys()].toSorted()).toEqual(Object.keys(fixture.reference.gradients).toSorted());

    const descent = await Descent.of(step, fixture.reference);
    try {
      const { loss, gradient } = await descent.gradient(descent.weights);
      expect(Math.abs(loss / fixture.reference.loss - 1)).toBeLessThan(1e-4);
      expect(wrongGradients(gradient, fixture)).toEqual([]);

      const direction = blendedDirection(descent.weights, gradient);
      const expected = product(gradient, direction);
      const found = await derivativeAlong(descent, direction, loss, expected);
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-2);
    } finally {
      await descent.release();
    }
  });
});

/** In words, each gradient that is not PyTorch's. Below a ten-millionth of the whole gradient all is rounding. */
function wrongGradients(gradient: Weights, { reference }: Fixture): string[] {
  const norms = new Map([...gradient].map(([name, values]) => [name, norm(values)]));
  const rounding = 1e-7 * Math.hypot(...norms.values());
  const wrong: string[] = [];
  for (const [name, expected] of Object.entries(reference.gradients)) {
    const names = 'sharesSumWith' in expected ? expected.sharesSumWith : [name];
    const values = names.map((each) => gradient.get(each) ?? new Float32Array());
    const length = Math.hypot(...names.map((each) => norms.get(each) ?? 0));
    const total = values.reduce((running, part) => running + sum(part), 0);
    const count = values.reduce((running, part) => running + part.length, 0);
    if ('norm' in expected && !(Math.abs(length - expected.norm) <= tolerance * expected.norm + rounding))
      wrong.push(`${name}: norm ${length}, PyTorch’s ${expected.norm}`);
    if (!(Math.abs(total - expected.sum) <= (tolerance * length + rounding) * Math.sqrt(count)))
      wrong.push(`${name}: sum ${total}, PyTorch’s ${expected.sum}`);
  }
  return wrong;
}
