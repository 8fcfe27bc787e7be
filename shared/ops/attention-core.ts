/** Scaled dot-product attention in terms of MatMul and Softmax, for every operator that wraps it. */
import type { Shape } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

/** A value by heads: [batch, heads, length, size]. */
export interface Heads {
  readonly value: string;
  readonly batch: number;
  readonly heads: number;
  readonly length: number;
  readonly size: number;
}

export interface AttentionParts {
  readonly query: Heads;
  /** Has as many heads as the query, or a divisor of it: neighbouring query heads then share one. */
  readonly key: Heads;
  /** May have a head size of its own. */
  readonly value: Heads;
  readonly scale: number;
  /** Keeps scores within ±softcap; 0 does not. */
  readonly softcap: number;
  /** Added to the scores, each broadcast to [batch, query heads, query length, key length]. */
  readonly biases: readonly string[];
  /** One more score for every query, [query heads] or a single number, whose value is zero. */
  readonly sink?: string | undefined;
}

/** What attention computes on its way, each [batch, query heads, query length, …]. */
export interface Attended {
  readonly scores: string;
  readonly capped: string;
  readonly masked: string;
  readonly probabilities: string;
  readonly output: string;
}

/** [batch, length, heads · size] as heads. */
export function splitHeads(l: Emitter, value: string, shape: Shape, heads: number): Heads {
  const [batch, length, width] = shape as [number, number, number];
  const size = width / heads;
  const split = l.builder.reshape(value, [batch, length, heads, size]);
  return { value: l.builder.transpose(split, [0, 2, 1, 3]), batch, heads, length, size };
}

/** [batch, heads, length, size] as it stands. */
export function givenHeads(value: string, shape: Shape): Heads {
  const [batch, heads, length, size] = shape as [number, number, number, number];
  return { value, batch, heads, length, size };
}

/** Heads as [batch, length, heads · size]. */
export function mergeHeads(l: Emitter, value: string, { batch, heads, length }: Heads, size: number): string {
  return l.builder.reshape(l.builder.transpose(value, [0, 2, 1, 3]), [batch, length, heads * size]);
}

/** What came before, then `now`. */
export function afterPast(l: Emitter, past: string, pastLength: number, now: Heads): Heads {
  const value = l.builder.op('Concat', [past, now.value], { axis: 2 });
  return { ...now, value, length: pastLength + now.length };
}

/**
 * softmax(cap(scale · Q·Kᵀ) + bias) · V. Query heads that share a key head lie side by side, so a reshape makes them
 * more rows of one product: keys and values are never repeated.
 */
export function attend(l: Emitter, parts: AttentionParts): Attended {
  const { query, key, value, softcap } = parts;
  const { batch } = query;
  const shared = query.heads !== key.heads;
  const rows = (query.heads / key.heads) * query.length;
  const grouped = (name: string, width: number): string =>
    shared ? l.builder.reshape(name, [batch, key.heads, rows, width]) : name;
  const perHead = (name: string, width: number): string =>
    shared ? l.builder.reshape(name, [batch, query.heads, query.length, width]) : name;

  const scaled = grouped(l.scale(query.value, parts.scale), query.size);
  const product = l.builder.op('MatMul', [scaled, l.builder.transpose(key.value, [0, 1, 3, 2])]);
  const scores = perHead(product, key.length);
  const capped = softcap > 0 ? l.scale(l.unary('Tanh', l.scale(scores, 1 / softcap)), softcap) : scores;
  const masked = parts.biases.reduce((sum, bias) => l.add(sum, bias), capped);
  const probabilities =
    parts.sink === undefined
      ? l.builder.op('Softmax', [masked], { axis: -1 })
      : softmaxWithSink(l, masked, parts.sink, query, key.length);
  const mixed = l.builder.op('MatMul', [grouped(probabilities, key.length), value.value]);
  return { scores, capped, masked, probabilities, output: perHead(mixed, value.size) };
}

/** Softmax over the keys and one score more, of which the keys' part is kept. */
function softmaxWithSink(l: Emitter, scores: string, sink: string, query: Heads, keys: number): string {
  const column = l.builder.expand(l.builder.reshape(sink, [1, -1, 1, 1]), [query.batch, query.heads, query.length, 1]);
  const all = l.builder.op('Softmax', [l.builder.op('Concat', [scores, column], { axis: -1 })], { axis: -1 });
  return l.builder.slice(all, [3], [0], [keys]);
}
