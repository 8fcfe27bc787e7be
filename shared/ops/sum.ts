import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { DType } from '#shared/ir/tensor.ts';

/**
 * Sum of a value of this type. Narrow floats are summed in float32: among thousands of numbers a running sum in float16
 * stops growing, since each is less than half of its last digit.
 */
export function sumOver(
  builder: GraphBuilder,
  value: string,
  dtype: DType,
  axes: readonly number[],
  keepDimensions: boolean,
): string {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return builder.reduce('ReduceSum', value, axes, keepDimensions);
  const sum = builder.reduce('ReduceSum', builder.cast(value, 'float32'), axes, keepDimensions);
  return builder.cast(sum, dtype);
}
