/** The attention operators of onnxruntime, which its optimizer and exporters put in place of whole layers. */
import { afterPast, attend, givenHeads, mergeHeads, splitHeads, type Heads } from '#shared/ops/attention-core.ts';
import { biasWhere, keyPositions, lowest } from '#shared/ops/attention-masks.ts';
import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** Whether a key is no padding, [batch, 1, queries or 1, keys], from a mask in any of its forms. */
function seenByPadding(l: LoweringContext, index: number, batch: number, keys: number): string | undefined {
  const shape = l.inputShape(index);
  if (shape.length === 1) {
    // Where the keys end, then where they start; in a longer form what follows only repeats the ends.
    const part = (from: number): string =>
      l.builder.reshape(l.builder.slice(l.input(index), [0], [from], [from + batch]), [batch, 1, 1, 1]);
    const positions = keyPositions(l, keys, 'int32');
    const inside = l.builder.op('Less', [positions, part(0)]);
    if (shape[0] !== 2 * batch) return inside;
    return l.builder.op('And', [inside, l.builder.op('GreaterOrEqual', [positions, part(batch)])]);
  }
  // A single column stands for no mask.
  if (shape.length === 2 && shape[1] === 1 && keys !== 1) return undefined;
  const queries = shape.length === 3 ? (shape[1] as number) : 1;
  const mask = l.builder.reshape(l.input(index), [batch, 1, queries, keys]);
  return l.builder.op('Greater', [mask, l.builder.scalar('int32', 0)]);
}

/** Whether a query may see a key: one that comes no later, or any if it is the last query, as the kernel has it. */
function causalButLast(l: LoweringContext, queries: number, keys: number, past: number): string {
  const positions = Array.from({ length: queries }, (_, query) => (query === queries - 1 ? keys - 1 : past + query));
  return l.builder.op('LessOrEqual', [keyPositions(l, keys), l.builder.constant('int64', [queries, 1], positions)]);
}

interface Masks {
  /** Positions of the inputs. */
  readonly padding: number;
  readonly bias: number;
}

/** Attention between heads, as [batch, queries, width], with what the masks add to the scores. */
function attended(l: LoweringContext, query: Heads, key: Heads, value: Heads, past: number, masks: Masks): string {
  const seen = l.hasInput(masks.padding) ? seenByPadding(l, masks.padding, query.batch, key.length) : undefined;
  const padding = seen === undefined ? undefined : biasWhere(l, seen, l.float('mask_filter_value', -10_000));
  const ordered = l.int('unidirectional', 0) ? causalButLast(l, query.length, key.length, past) : undefined;
  const hidden =
    ordered === undefined ? padding : l.builder.op('Where', [ordered, padding ?? l.scalar(0), l.scalar(lowest)]);
  const biases = [l.hasInput(masks.bias) ? l.input(masks.bias) : undefined, hidden].filter(
    (bias) => bias !== undefined,
  );
  const scale = l.float('scale', 0) || 1 / Math.sqrt(query.size);
  const { output } = attend(l, { query, key, value, scale, softcap: 0, biases });
  return mergeHeads(l, output, query, value.size);
}

/** One projection with the weights of queries, keys and values side by side, then attention. */
function packedAttention(l: LoweringContext): readonly string[] {
  const [batch, length] = l.inputShape(0) as [number, number, number];
  const width = l.inputShape(1)[1] as number;
  const sizes = l.ints('qkv_hidden_sizes') ?? [width / 3, width / 3, width / 3];
  const product = l.builder.op('MatMul', [l.x, l.input(1)]);
  const projected = l.hasInput(2) ? l.add(product, l.input(2)) : product;
  const parts = l.builder.opN('Split', [projected, l.builder.ints(sizes)], 3, { axis: 2 });
  const [query, newKey, newValue] = parts.map((part, index) =>
    splitHeads(l, part, [batch, length, sizes[index] as number], l.int('num_heads', 1)),
  ) as [Heads, Heads, Heads];
  const past = l.hasInput(4) ? (l.inputShape(4)[3] as number) : 0;
  const [key, value] = [newKey, newValue].map((now, index) => {
    if (!l.hasInput(4)) return now;
    const before = l.builder.slice(l.input(4), [0], [index], [index + 1]);
    return afterPast(l, l.builder.op('Squeeze', [before, l.builder.ints([0])]), past, now);
  }) as [Heads, Heads];
  const output = attended(l, query, key, value, past, { padding: 3, bias: 5 });
  const stacked = (): string => {
    const both = [key, value].map((heads) => l.builder.op('Unsqueeze', [heads.value, l.builder.ints([0])]));
    return l.builder.op('Concat', both, { axis: 0 });
  };
  return [output, l.hasOutput(1) ? stacked() : ''];
}

/** Attention between queries, keys and values that were projected before, with the biases of those projections. */
function multiHeadAttention(l: LoweringContext): readonly string[] {
  const heads = l.int('num_heads', 1);
  const widths = [0, 1, 2].map((index) => {
    const shape = l.inputShape(index);
    return shape.length === 4 ? (shape[1] as number) * (shape[3] as number) : (shape[2] as number);
  });
  const biases = l.hasInput(3) ? l.builder.opN('Split', [l.input(3), l.builder.ints(widths)], 3, { axis: 0 }) : [];
  const [query, newKey, newValue] = [0, 1, 2].map((index) => {
    const shape = l.inputShape(index);
    const bias = biases[index];
    if (shape.length === 4) return givenHeads(l.input(index), shape);
    return splitHeads(l, bias === undefined ? l.input(index) : l.add(l.input(index), bias), shape, heads);
  }) as [Heads, Heads, Heads];
  const past = l.hasInput(6) ? (l.inputShape(6)[2] as number) : 0;
  const key = l.hasInput(6) ? afterPast(l, l.input(6), past, newKey) : newKey;
  const value = l.hasInput(7) ? afterPast(l, l.input(7), past, newValue) : newValue;
  return [attended(l, query, key, value, past, { padding: 4, bias: 5 }), key.value, value.value];
}

function multiHeadRefusal(node: NodeView): string | undefined {
  if (!node.hasInput(1) || node.inputShape(1).length === 5) return 'its queries, keys and values come in one tensor.';
  if (node.hasInput(8) || node.hasInput(9)) return 'it keeps the keys and values of earlier calls in a shared buffer.';
  return undefined;
}

export const fusedAttention = {
  'com.microsoft.Attention': decomposition(packedAttention, {
    refuses: (node) => {
      if (node.int('do_rotary', 0)) return 'it turns queries and keys by position.';
      if (node.int('past_present_share_buffer', 0))
        return 'it keeps the keys and values of earlier calls in a shared buffer.';
      return node.hasInput(3) && node.inputShape(3).length === 4 ? 'its mask has four dimensions.' : undefined;
    },
  }),
  'com.microsoft.MultiHeadAttention': decomposition(multiHeadAttention, { refuses: multiHeadRefusal }),
} as const satisfies Family;
