/**
 * DeformConv: every tap of every window reads where it would have and as far off as `offset` says, between the pixels,
 * times `mask`: y[n, m, p] = Σ W[m, c, tap] · mask[n, tap, p] · s[n, c, tap, p] + B[m]. With
 * dcolumn[n, c, tap, p] = Σ_m W[m, c, tap] · dy[n, m, p],
 * ds = dcolumn · mask, dmask = Σ_c dcolumn · s, dW = Σ dy · mask · s; what samples give to X and offsets is sampling's.
 */
import { elementCount } from '#shared/core/shape.ts';
import { unlessEmpty } from '#shared/ops/emptiness.ts';
import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import { taps, windowAxes } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { axisTaps, Sampling } from '#shared/ops/sampling.ts';

const [bias, mask] = [3, 4];

function deformableGradient(g: GradientContext): Contribution[] {
  const [batch, channels, ...sizes] = g.inputShape(0) as [number, number, ...number[]];
  const [made, perGroup, ...kernel] = g.inputShape(1) as [number, number, ...number[]];
  const { builder } = g;
  const axes = windowAxes(g, kernel);
  const groups = g.int('group', 1);
  const offsetGroups = g.int('offset_group', 1);
  const tapCount = elementCount(kernel);
  const positions = elementCount(axes.map((axis) => axis.output));
  const points = tapCount * positions;
  // Offsets move all channels of their group alike: groups are sampled like pictures of a batch.
  const pictures = batch * offsetGroups;
  const ownChannels = channels / offsetGroups;

  const offset = builder.reshape(g.input(2), [pictures, tapCount, sizes.length, positions]);
  const windows = taps(axes.map((axis) => ({ ...axis, kernel: axis.output })));
  const sampled = axes.map((axis, index) => {
    const still = taps(axes).flatMap((tap) =>
      windows.map(
        (window) => (window[index] as number) * axis.stride + (tap[index] as number) * axis.dilation - axis.begin,
      ),
    );
    const moved = builder.reshape(builder.slice(offset, [2], [index], [index + 1]), [pictures, 1, points]);
    return axisTaps(g, g.add(moved, g.constantOf([1, 1, points], still)), axis.input, 'linear', 'zeros');
  });
  const sampling = new Sampling(g, sampled, pictures, ownChannels, points);

  const dy = builder.reshape(g.dy, [batch, groups, made / groups, positions]);
  const weight = builder.reshape(g.input(1), [groups, made / groups, perGroup * tapCount]);
  const byPicture = [pictures, ownChannels, points];
  const dcolumn = once(() =>
    builder.reshape(builder.op('MatMul', [builder.transpose(weight, [0, 2, 1]), dy]), byPicture),
  );
  const masks = g.hasInput(mask) ? builder.reshape(g.input(mask), [pictures, 1, points]) : undefined;
  const masked = (value: string): string => (masks === undefined ? value : g.mul(value, masks));
  const ds = once(() => masked(dcolumn()));
  const samples = once(() => sampling.samples(g.x));

  const gradientOfWeight = (): string => {
    const columns = builder.reshape(masked(samples()), [batch, groups, perGroup * tapCount, positions]);
    const product = builder.op('MatMul', [dy, builder.transpose(columns, [0, 1, 3, 2])]);
    return builder.reshape(g.sum(product, [0], false), g.inputShape(1));
  };
  const gradientOfOffset = (): string => {
    const pulls = sampling.gradientOfPoints(g.x, ds()) as string[];
    const parts = pulls.map((pull) => builder.reshape(pull, [pictures, tapCount, 1, positions]));
    return builder.reshape(builder.op('Concat', parts, { axis: 2 }), g.inputShape(2));
  };
  return [
    g.when(0, () => builder.reshape(sampling.gradientOfPictures(ds()), g.inputShape(0))),
    g.when(1, gradientOfWeight),
    g.when(2, gradientOfOffset),
    g.when(bias, () => g.sum(g.dy, [0, ...sizes.map((_, axis) => axis + 2)], false)),
    g.when(mask, () => builder.reshape(g.sum(g.mul(dcolumn(), samples()), [1], false), g.inputShape(mask))),
  ];
}

function once(compute: () => string): () => string {
  let value: string | undefined;
  return () => (value ??= compute());
}

export const deformableConvolution = {
  DeformConv: rule(unlessEmpty(deformableGradient)),
} as const satisfies Family;
