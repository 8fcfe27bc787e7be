/** Recurrent layers. */
import { refused, type Family } from '#shared/ops/entry.ts';

export const recurrent = {
  GRU: refused(),
  LSTM: refused(),
  RNN: refused(),
} as const satisfies Family;
