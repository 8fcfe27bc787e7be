/** Attention and what belongs to it. */
import {
  afterPast,
  attend,
  givenHeads,
  mergeHeads,
  splitHeads,
  type Attended,
  type Heads,
} from '#shared/ops/attention-core.ts';
import { fusedAttention } from '#shared/ops/attention-fused.ts';
import { groupedAttention } from '#shared/ops/attention-grouped.ts';
import { biasWhere, causal, keyPositions, lowest, queryPositions } from '#shared/ops/attention-masks.ts';
import { rotary } from '#shared/ops/attention-rotary.ts';
import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

/** One of Q, K and V, which come by heads or with the heads side by side. */
function standardHeads(l: LoweringContext, index: number, count: string): Heads {
  const shape = l.inputShape(index);
  return shape.length === 4 ? givenHeads(l.input(index), shape) : splitHeads(l, l.input(index), shape, l.int(count, 1));
}

/** Which keys a query may see by their positions; undefined where that is all. */
function seenByPosition(l: LoweringContext, query: Heads, key: Heads, past: number): string | undefined {
  const ordered = l.int('is_causal', 0) !== 0;
  if (!l.hasInput(6)) return ordered ? causal(l, query.length, key.length, past) : undefined;
  // The queries are the last of the keys that are not padding.
  const lengths = l.builder.reshape(l.input(6), [query.batch, 1, 1, 1]);
  const end = ordered ? l.add(lengths, queryPositions(l, query.length, 1 - query.length)) : lengths;
  return l.builder.op('Less', [keyPositions(l, key.length), end]);
}

/** What the mask and the positions add to the scores. */
function standardBias(l: LoweringContext, query: Heads, key: Heads, past: number): string | undefined {
  const seen = seenByPosition(l, query, key, past);
  if (!l.hasInput(3)) return seen === undefined ? undefined : biasWhere(l, seen);
  const mask = l.input(3);
  if (l.inputType(3).dtype === 'bool') {
    return biasWhere(l, seen === undefined ? mask : l.builder.op('And', [mask, seen]));
  }
  const finite = l.builder.op('Max', [mask, l.scalar(lowest)]);
  return seen === undefined ? finite : l.builder.op('Where', [seen, finite, l.scalar(lowest)]);
}

function standardAttention(l: LoweringContext): readonly string[] {
  const query = standardHeads(l, 0, 'q_num_heads');
  const newKey = standardHeads(l, 1, 'kv_num_heads');
  const newValue = standardHeads(l, 2, 'kv_num_heads');
  const past = l.hasInput(4) ? (l.inputShape(4)[2] as number) : 0;
  const key = l.hasInput(4) ? afterPast(l, l.input(4), past, newKey) : newKey;
  const value = l.hasInput(5) ? afterPast(l, l.input(5), past, newValue) : newValue;
  const bias = standardBias(l, query, key, past);
  const attended = attend(l, {
    query,
    key,
    value,
    scale: l.float('scale', 1 / Math.sqrt(query.size)),
    softcap: l.float('softcap', 0),
    biases: bias === undefined ? [] : [bias],
  });
  // A query that sees no key at all gets zeros.
  const mayBeBlind = bias !== undefined && (l.hasInput(3) || l.hasInput(6));
  const sighted = mayBeBlind
    ? l.builder.op('Greater', [l.builder.reduce('ReduceMax', bias, [-1], true), l.scalar(lowest)])
    : undefined;
  const orZero = (seen: string): string =>
    sighted === undefined ? seen : l.builder.op('Where', [sighted, seen, l.scalar(0)]);
  const output = orZero(attended.output);
  const byHeads = l.inputShape(0).length === 4;
  return [
    byHeads ? output : mergeHeads(l, output, query, value.size),
    key.value,
    value.value,
    l.hasOutput(3) ? scoresOutput(l.int('qk_matmul_output_mode', 0), attended, orZero) : '',
  ];
}

/** What the fourth output shows of the way from the scores to their softmax. */
function scoresOutput(mode: number, attended: Attended, orZero: (value: string) => string): string {
  if (mode === 3) return orZero(attended.probabilities);
  return [attended.scores, attended.capped, attended.masked][mode] as string;
}

export const attention = {
  Attention: decomposition(standardAttention, { stops: [6] }),
  ...rotary,
  ...fusedAttention,
  ...groupedAttention,
} as const satisfies Family;
