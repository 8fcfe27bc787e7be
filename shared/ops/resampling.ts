/** Reading pictures between their pixels. */
import { affineGrid } from '#shared/ops/affine-grid.ts';
import { stop, type Family } from '#shared/ops/entry.ts';
import { gridSample } from '#shared/ops/grid-sample.ts';
import { resize } from '#shared/ops/resize.ts';

export const resampling = {
  ...resize,
  ...gridSample,
  ...affineGrid,
  ImageDecoder: stop('not a number'),
} as const satisfies Family;
