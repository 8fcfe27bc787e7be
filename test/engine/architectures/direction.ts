/** Derivatives of the loss along a direction, by differences. */
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { norm, type Descent, type Weights } from '#test/engine/architectures/descent.ts';

/**
 * Half of it along the gradient, half of it anywhere; each tensor's part as long as a thousandth of the tensor, so that no
 * layer is left out for being small.
 */
export function blendedDirection(weights: Weights, gradient: Weights): Weights {
  const direction = new Map<string, Float32Array>();
  for (const [name, values] of weights) {
    const slope = gradient.get(name) as Float32Array;
    const alongGradient = norm(values) / Math.max(norm(slope), 1e-30) / Math.SQRT2;
    const anywhere = (norm(values) / Math.sqrt(values.length)) * Math.sqrt(1.5);
    const seed = direction.size;
    direction.set(
      name,
      slope.map((value, index) => {
        const random = 2 * randomUniform(seed, randomStreams.sample, 0, index % 4099) - 1;
        return 1e-3 * (alongGradient * value + anywhere * random);
      }),
    );
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
 * By central differences at two distances, of which Richardson's combination leaves an error of the fourth order. The
 * farther one moves the loss by 4 %, well above the rounding of a float32 loss.
 *
 * @param slope about what the derivative is
 */
export async function derivativeAlong(descent: Descent, direction: Weights, slope: number): Promise<number> {
  const start = await descent.loss(descent.weights);
  const far = (0.02 * start) / Math.abs(slope);
  const difference = async (distance: number): Promise<number> => {
    const ahead = await descent.loss(moved(descent.weights, direction, distance));
    const behind = await descent.loss(moved(descent.weights, direction, -distance));
    return (ahead - behind) / (2 * distance);
  };
  return (4 * (await difference(far / 2)) - (await difference(far))) / 3;
}

function moved(weights: Weights, direction: Weights, distance: number): Weights {
  return new Map(
    [...weights].map(([name, values]) => {
      const along = direction.get(name) as Float32Array;
      return [name, values.map((value, index) => value + distance * (along[index] as number))];
    }),
  );
}
