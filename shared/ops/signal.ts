/** Signal processing. */
import { stop, type Family } from '#shared/ops/entry.ts';
import { fourier } from '#shared/ops/fourier.ts';
import { stft } from '#shared/ops/stft.ts';

export const signal = {
  ...fourier,
  ...stft,
  BlackmanWindow: stop('depends on a size only'),
  HammingWindow: stop('depends on a size only'),
  HannWindow: stop('depends on a size only'),
  MelWeightMatrix: stop('depends on sizes only'),
} as const satisfies Family;
