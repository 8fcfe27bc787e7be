/** Attention and what belongs to it. */
import { refused, type Family } from '#shared/ops/entry.ts';

export const attention = {
  Attention: refused(),
  RotaryEmbedding: refused(),
  'com.microsoft.GroupQueryAttention': refused(),
  'com.microsoft.MultiHeadAttention': refused(),
  'com.microsoft.RotaryEmbedding': refused(),
} as const satisfies Family;
