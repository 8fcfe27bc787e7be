import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** Points in and around a picture of `sizes`, a tenth to four tenths of a pixel past one: away from every kink. */
function points(sizes: readonly number[], aligned: number, ...shape: number[]): InputSpec {
  const lengths = sizes.toReversed();
  return {
    shape: [...shape, sizes.length],
    constant: false,
    values: (seed, position) =>
      Array.from({ length: elementCount(shape) * sizes.length }, (_, index) => {
        const size = lengths[index % sizes.length] as number;
        const draw = (counter: number): number => randomUniform(seed, randomStreams.sample, position + counter, index);
        const pixel = Math.floor(draw(10) * (size + 6)) - 3 + 0.1 + 0.3 * draw(20);
        return aligned ? (2 * pixel) / (size - 1) - 1 : (2 * pixel + 1) / size - 1;
      }),
  };
}

const paddings = ['zeros', 'border', 'reflection'];
const corners = [0, 1];

export const gridSampleCases: readonly GradientCase[] = paddings.flatMap((padding_mode) =>
  corners.flatMap((align_corners): GradientCase[] => {
    const form = `${padding_mode}${align_corners ? ', corners aligned' : ''}`;
    const attributes = { padding_mode, align_corners };
    const opsets = [20, 26];
    return [
      ...['linear', 'nearest', 'cubic'].map((mode): GradientCase => ({
        op: 'GridSample',
        name: `${mode}, ${form}`,
        inputs: [signed(2, 3, 4, 5), points([4, 5], align_corners, 2, 6, 3)],
        attributes: { ...attributes, mode },
        opsets,
      })),
      ...['linear', 'nearest'].map((mode): GradientCase => ({
        op: 'GridSample',
        name: `${mode} in a volume, ${form}`,
        inputs: [signed(2, 2, 3, 4, 2), points([3, 4, 2], align_corners, 2, 2, 3, 4)],
        attributes: { ...attributes, mode },
        opsets,
      })),
      ...['bilinear', 'nearest', 'bicubic'].map((mode): GradientCase => ({
        op: 'GridSample',
        name: `${mode} as operator set 16 spells it, ${form}`,
        inputs: [signed(1, 2, 4, 3), points([4, 3], align_corners, 1, 3, 4)],
        attributes: { ...attributes, mode },
        opsets: [16],
        dtype: 'float32',
        step: 0.01,
      })),
    ];
  }),
);
