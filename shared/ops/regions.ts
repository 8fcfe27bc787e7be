/** Pooling over regions of interest, and undoing a pooling. */
import { refused, type Family } from '#shared/ops/entry.ts';

export const regions = {
  MaxRoiPool: refused(),
  MaxUnpool: refused(),
  RoiAlign: refused(),
} as const satisfies Family;
