/** Operators on quantized values. */
import { refused, stop, type Family } from '#shared/ops/entry.ts';

export const quantization = {
  QuantizeLinear: stop('constant between jumps'),
  DynamicQuantizeLinear: stop('constant between jumps'),
  // Trains the float scale's product only where the quantized input came from a constant: nothing to carry back.
  DequantizeLinear: stop('its input is made of integers'),
  'com.microsoft.DequantizeLinear': stop('its input is made of integers'),
  'com.microsoft.MatMulNBits': refused(),
} as const satisfies Family;
