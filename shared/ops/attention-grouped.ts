/** GroupQueryAttention of onnxruntime: causal attention with shared key heads, as language models are exported with. */
import { attend, mergeHeads, type Heads } from '#shared/ops/attention-core.ts';
import { biasWhere, causal, keyPositions } from '#shared/ops/attention-masks.ts';
import { anglesFrom, rotate } from '#shared/ops/attention-rotary.ts';
import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** Queries, keys and values as [batch, length, heads · size]; the first input holds all three where keys are absent. */
function separated(l: LoweringContext, size: number): readonly [string, string, string] {
  if (l.hasInput(1)) return [l.input(0), l.input(1), l.input(2)];
  const widths = [l.int('num_heads', 1), l.int('kv_num_heads', 1), l.int('kv_num_heads', 1)].map(
    (heads) => heads * size,
  );
  return l.builder.opN('Split', [l.x, l.builder.ints(widths)], 3, { axis: 2 }) as [string, string, string];
}

/** Angles for [batch, length, heads, half]. Of the positions only the first is used. */
function angles(l: LoweringContext, index: number, length: number): string {
  const first = l.hasInput(9) ? l.builder.reshape(l.builder.slice(l.input(9), [0, 1], [0, 0], [1, 1]), [1]) : undefined;
  return l.builder.op('Unsqueeze', [anglesFrom(l, l.input(index), first, length), l.builder.ints([2])]);
}

function groupQueryAttention(l: LoweringContext): readonly string[] {
  const [batch, length, width] = l.inputShape(0) as [number, number, number];
  const [queryHeads, keyHeads] = [l.int('num_heads', 1), l.int('kv_num_heads', 1)];
  const size = width / (l.hasInput(1) ? queryHeads : queryHeads + 2 * keyHeads);
  const [queries, keys, values] = separated(l, size);
  const rotation = l.int('do_rotary', 0)
    ? {
        cosine: angles(l, 7, length),
        sine: angles(l, 8, length),
        turned: 2 * (l.inputShape(7)[1] as number),
        interleaved: l.int('rotary_interleaved', 0) !== 0,
      }
    : undefined;
  const byHeads = (value: string, heads: number, turns: boolean): Heads => {
    const shape = [batch, length, heads, size];
    const split = l.builder.reshape(value, shape);
    const rotated = turns && rotation ? rotate(l, split, shape, rotation) : split;
    return { value: l.builder.transpose(rotated, [0, 2, 1, 3]), batch, heads, length, size };
  };
  const query = byHeads(queries, queryHeads, true);
  const [key, value] = [byHeads(keys, keyHeads, true), byHeads(values, keyHeads, false)];
  const seen = seenKeys(l, batch, length);
  const sink = l.hasInput(11) ? l.input(11) : l.int('smooth_softmax', 0) ? l.scalar(0) : undefined;
  const found = attend(l, {
    query,
    key,
    value,
    scale: l.float('scale', 0) || 1 / Math.sqrt(size),
    softcap: l.float('softcap', 0),
    biases: [...(l.hasInput(10) ? [l.input(10)] : []), biasWhere(l, seen)],
    sink,
  });
  const scores = (): string =>
    l.int('qk_output', 0) === 2 ? found.probabilities : l.builder.op('Where', [seen, found.masked, l.scalar(0)]);
  return [mergeHeads(l, found.output, query, size), key.value, value.value, l.hasOutput(3) ? scores() : ''];
}

/** A query sees keys up to its own position, the last `local_window_size` of them, and none of the padding. */
function seenKeys(l: LoweringContext, batch: number, length: number): string {
  const window = l.int('local_window_size', -1);
  const last = l.builder.reshape(l.input(5), [batch, 1, 1, 1]);
  const valid = l.builder.op('LessOrEqual', [keyPositions(l, length, 'int32'), last]);
  if (!l.int('causal', 1)) return valid;
  return l.builder.op('And', [causal(l, length, length, 0, window > 0 ? window : undefined), valid]);
}

function refusal(node: NodeView): string | undefined {
  if (node.hasInput(3) && node.inputShape(3)[2] !== 0) return 'it continues from the keys and values of earlier calls.';
  if (node.hasInput(14) || node.hasInput(15)) return 'it normalizes queries and keys.';
  return undefined;
}

export const groupedAttention = {
  'com.microsoft.GroupQueryAttention': decomposition(groupQueryAttention, { stops: [5, 6, 9], refuses: refusal }),
} as const satisfies Family;
