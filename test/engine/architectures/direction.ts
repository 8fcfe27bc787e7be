/** Derivatives of the loss along a direction, by differences. */
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { norm, type Descent, type Weights } from '#test/engine/architectures/descent.ts';

/**
 * Half of it along the gradient, half of it anywhere; each tensor's part as long as a thousandth of the tensor, so that no
 * layer is left out for being small.
 */
export function blendedDirection(weights: Weights, gradient: Weights): Weights {
  // Numbers of one list, over and over: its length has no factor in common with any shape's.
  const list = Float64Array.from(
    { length: 4099 },
    (_, index) => 2 * randomUniform(1, randomStreams.sample, 0, index) - 1,
  );
  const direction = new Map<string, Float32Array>();
  for (const [name, values] of weights) {
    const slope = gradient.get(name) as Float32Array;
    const alongGradient = norm(values) / Math.max(norm(slope), 1e-30) / Math.SQRT2;
    const anywhere = (norm(values) / Math.sqrt(values.length)) * Math.sqrt(1.5);
    const start = 101 * direction.size;
    const along = new Float32Array(values.length);
    for (let index = 0; index < along.length; index++) {
      const random = list[(start + index) % list.length] as number;
      along[index] = 1e-3 * (alongGradient * (slope[index] as number) + anywhere * random);
    }
    direction.set(name, along);
  }
  return direction;
}

export function product(a: Weights, b: Weights): number {
  let total = 0;
  for (const [name, values] of a) {
    const others = b.get(name) as Float32Array;
    for (let index = 0; index < values.length; index++) total += (values[index] as number) * (others[index] as number);
  }
  return total;
}

/**
 * By a central difference that moves the loss by a two-hundredth: well above the rounding of a float32 loss, and well
 * below where the loss bends.
 *
 * @param slope about what the derivative is
 */
export async function derivativeAlong(
  descent: Descent,
  direction: Weights,
  loss: number,
  slope: number,
): Promise<number> {
  const distance = (0.0025 * loss) / Math.abs(slope);
  const ahead = await descent.loss(moved(descent.weights, direction, distance));
  const behind = await descent.loss(moved(descent.weights, direction, -distance));
  return (ahead - behind) / (2 * distance);
}

function moved(weights: Weights, direction: Weights, distance: number): Weights {
  const result = new Map<string, Float32Array>();
  for (const [name, values] of weights) {
    const along = direction.get(name) as Float32Array;
    const there = new Float32Array(values.length);
    for (let index = 0; index < there.length; index++)
      there[index] = (values[index] as number) + distance * (along[index] as number);
    result.set(name, there);
  }
  return result;
}
