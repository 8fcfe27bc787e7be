/** What is added to attention scores so that keys which are not to be seen get no weight. */
import type { Emitter } from '#shared/ops/emitter.ts';

/** The most negative float32, which onnxruntime uses in place of −∞: a row of it alone has a softmax. */
export const lowest = -3.4028234663852886e38;

/** 0 where the condition holds, else `hidden`. */
export function biasWhere(l: Emitter, condition: string, hidden = lowest): string {
  return l.builder.op('Where', [condition, l.scalar(0), l.scalar(hidden)]);
}

const counting = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

/** Positions of the keys, [1, keys]. */
export function keyPositions(l: Emitter, keys: number, dtype: 'int32' | 'int64' = 'int64'): string {
  return l.builder.constant(dtype, [1, keys], counting(keys));
}

/** Positions of the queries among the keys, [queries, 1], the first coming after `past` keys. */
export function queryPositions(l: Emitter, queries: number, past: number): string {
  return l.builder.constant('int64', [queries, 1], counting(queries, past));
}

/** Whether a query may see a key: where it comes no later, and of those only the last `window` where given. */
export function causal(l: Emitter, queries: number, keys: number, past: number, window?: number): string {
  const earlier = l.builder.op('LessOrEqual', [keyPositions(l, keys), queryPositions(l, queries, past)]);
  if (window === undefined || window >= keys) return earlier;
  const before = queryPositions(l, queries, past - window);
  return l.builder.op('And', [earlier, l.builder.op('Greater', [keyPositions(l, keys), before])]);
}
