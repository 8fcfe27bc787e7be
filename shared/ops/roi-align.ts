/**
 * RoiAlign by averages. Along one axis each cell is a weighted sum of rows (or columns), so that
 * y[r, c] = A_y[r] · X[batch(r), c] · A_x[r]ᵀ with A [R, pooled, size], and gradients are products with the same matrices.
 */
import type { Contribution } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { regionGradient, regionOfBatch, roiAxis, type RoiAxis, type RoiPull } from '#shared/ops/roi-geometry.ts';

/** From each sample to each pixel: [R, pooled, samples, size]. */
function distances(g: Emitter, axis: RoiAxis): string {
  const pixels = Array.from({ length: axis.size }, (_, index) => index);
  return g.sub(widened(g, axis.at), g.constantOf([axis.size], pixels));
}

/** With a last axis for pixels. */
const widened = (g: Emitter, value: string): string => g.builder.op('Unsqueeze', [value, g.builder.ints([3])]);

/** A: the sum over a cell's samples of max(1 − distance, 0), over their number. */
function matrix(g: Emitter, axis: RoiAxis, distance: string): string {
  const hats = g.unary('Relu', g.oneMinus(g.unary('Abs', distance)));
  return g.sum(g.mul(hats, widened(g, g.div(axis.counts, axis.grid))), [2], false);
}

/** Gradient of the samples' coordinates from that of A: a hat's slope is ±1 on either side of its middle. */
function coordinatePulls(g: Emitter, axis: RoiAxis, distance: string, pulls: string): string {
  const near = g.indicator('Less', g.unary('Abs', distance), g.scalar(1));
  const slopes = g.mul(g.neg(g.unary('Sign', distance)), near);
  const perSample = g.sum(g.mul(slopes, g.builder.op('Unsqueeze', [pulls, g.builder.ints([2])])), [3], false);
  return g.mul(perSample, g.div(axis.moves, axis.grid));
}

export function averageGradient(g: GradientContext): Contribution[] {
  const [batch, channels, height, width] = g.inputShape(0) as [number, number, number, number];
  const [regions, , pooledHeight, pooledWidth] = g.outputShape(0) as [number, number, number, number];
  const y = roiAxis(g, 1, height, pooledHeight);
  const x = roiAxis(g, 0, width, pooledWidth);
  const [fromY, fromX] = [distances(g, y), distances(g, x)];
  const [rows, columns] = [matrix(g, y, fromY), matrix(g, x, fromX)];
  const own = regionOfBatch(g, batch, regions);
  // A_x of the regions of one picture, [N, R·pooled, W]: zero for those of other pictures.
  const ownColumns = g.builder.reshape(g.mul(columns, g.builder.reshape(own, [batch, regions, 1, 1])), [
    batch,
    regions * pooledWidth,
    width,
  ]);
  // A_yᵀ · dy, [C·H, R·pooled].
  const spread = g.builder.op('MatMul', [
    g.builder.transpose(rows, [0, 2, 1]),
    g.builder.reshape(g.builder.transpose(g.dy, [0, 2, 1, 3]), [regions, pooledHeight, channels * pooledWidth]),
  ]);
  const tall = g.builder.reshape(
    g.builder.transpose(g.builder.reshape(spread, [regions, height, channels, pooledWidth]), [2, 1, 0, 3]),
    [channels * height, regions * pooledWidth],
  );

  const gradientOfX = (): string => g.builder.reshape(g.builder.op('MatMul', [tall, ownColumns]), g.inputShape(0));
  const gradientOfRegions = (): string => {
    const picture = g.builder.reshape(g.x, [batch, channels * height, width]);
    // dA_x = Σ over channels and rows of A_yᵀ·dy · X.
    const perPicture = g.builder.op('MatMul', [g.builder.transpose(tall, [1, 0]), picture]);
    const chosen = g.mul(
      g.builder.reshape(perPicture, [batch, regions, pooledWidth, width]),
      g.builder.reshape(own, [batch, regions, 1, 1]),
    );
    const pullsOfColumns = g.sum(chosen, [0], false);
    // dA_y = Σ over channels and cells of dy · X·A_xᵀ.
    const read = g.sum(g.builder.op('MatMul', [picture, g.builder.transpose(ownColumns, [0, 2, 1])]), [0], false);
    const wide = g.builder.transpose(g.builder.reshape(read, [channels, height, regions, pooledWidth]), [2, 0, 3, 1]);
    const pullsOfRows = g.builder.op('MatMul', [
      g.builder.reshape(g.builder.transpose(g.dy, [0, 2, 1, 3]), [regions, pooledHeight, channels * pooledWidth]),
      g.builder.reshape(wide, [regions, channels * pooledWidth, height]),
    ]);
    const pull = (axis: RoiAxis, distance: string, ofMatrix: string): RoiPull => {
      const pulls = coordinatePulls(g, axis, distance, ofMatrix);
      return { axis, total: g.sum(pulls, [1, 2], true), stretch: g.sum(g.mul(pulls, axis.share), [1, 2], true) };
    };
    return regionGradient(g, regions, pull(x, fromX, pullsOfColumns), pull(y, fromY, pullsOfRows));
  };
  return [g.when(0, gradientOfX), g.when(1, gradientOfRegions)];
}
