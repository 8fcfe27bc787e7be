/** Operators on quantized values. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { quantizedProductGradient } from '#shared/ops/quantized-product.ts';

/**
 * y = (x − zero) · scale, whose scale is one number, one for each slice along an axis, or one for each block of
 * neighbours along it: dscale = Σ dy · (x − zero) over what shares it. The difference is the node's own output with all
 * scales 1.
 */
function scaleGradient(g: GradientContext): Contribution {
  const scaleType = g.inputType(1);
  const ones = g.builder.expand(g.builder.scalar(scaleType.dtype, 1), scaleType.shape);
  const inputs = g.hasInput(2) ? [g.x, ones, g.input(2)] : [g.x, ones];
  const difference = g.builder.op('DequantizeLinear', inputs, { ...g.node.attributes }, g.node.domain);
  const product = g.mul(g.dy, difference);
  const sum = sumPerScale(g, product);
  return scaleType.dtype === g.dtype ? sum : g.builder.cast(sum, scaleType.dtype);
}

/** Sums a value of the input's shape over what shares a scale. */
function sumPerScale(g: GradientContext, value: string): string {
  const shape = g.inputShape(0);
  const scales = g.inputShape(1);
  const all = shape.map((_, axis) => axis);
  if (elementCount(scales) === 1) return g.builder.reshape(g.sum(value, all, false), scales);
  const axis = normalizeAxis(g.int('axis', 1), shape.length);
  const size = g.int('block_size', 0);
  if (size === 0)
    return g.sum(
      value,
      all.filter((other) => other !== axis),
      false,
    );
  const count = scales[axis] as number;
  const missing = count * size - (shape[axis] as number);
  const back = shape.map((_, other) => (other === axis ? missing : 0));
  const whole = missing > 0 ? g.builder.op('Pad', [value, g.builder.ints([...shape.map(() => 0), ...back])]) : value;
  const blocks = [...shape.slice(0, axis), count, size, ...shape.slice(axis + 1)];
  return g.sum(g.builder.reshape(whole, blocks), [axis + 1], false);
}

const dequantize = rule((g) => [undefined, g.needs(1) ? scaleGradient(g) : undefined], { stops: [0, 2] });

export const quantization = {
  QuantizeLinear: stop('constant between jumps, also where DequantizeLinear follows'),
  'com.microsoft.QuantizeLinear': stop('constant between jumps, also where DequantizeLinear follows'),
  DynamicQuantizeLinear: stop('constant between jumps'),
  DequantizeLinear: dequantize,
  'com.microsoft.DequantizeLinear': dequantize,
  'com.microsoft.MatMulNBits': rule(quantizedProductGradient, {
    stops: [1, 4],
    refuses: (node) =>
      node.int('weight_prepacked', 0) ? 'its weights are stored in an order of the device’s own.' : undefined,
  }),
} as const satisfies Family;
