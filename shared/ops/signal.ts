/** Signal processing. */
import { refused, stop, type Family } from '#shared/ops/entry.ts';

export const signal = {
  DFT: refused(),
  STFT: refused(),
  BlackmanWindow: stop('depends on a size only'),
  HammingWindow: stop('depends on a size only'),
  HannWindow: stop('depends on a size only'),
  MelWeightMatrix: stop('depends on sizes only'),
} as const satisfies Family;
