/** Reading pictures between their pixels. */
import { refused, stop, type Family } from '#shared/ops/entry.ts';
import { resize } from '#shared/ops/resize.ts';

export const resampling = {
  ...resize,
  AffineGrid: refused(),
  GridSample: refused(),
  ImageDecoder: stop('not a number'),
} as const satisfies Family;
