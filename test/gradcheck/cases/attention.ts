import { float } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, bools, computedInts, fixed, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

type Rest = Omit<GradientCase, 'op' | 'name' | 'inputs'>;

/** The kernels have no float64: differences are taken of what the operator is rewritten to, which must agree with them. */
const rewritten = { oracle: 'decomposition' } as const;

const standard = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'Attention',
  name,
  inputs,
  opsets: [23, 24],
  ...rewritten,
  ...rest,
});

const [q, k, v] = [signed(2, 4, 3, 5), signed(2, 4, 6, 5), signed(2, 4, 6, 2)];
const [grouped, groupedKey, groupedValue] = [signed(2, 6, 3, 5), signed(2, 2, 3, 5), signed(2, 2, 3, 4)];
const lastHidden = bools([1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0], 3, 6);
const blind = bools([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0], 3, 6);
const blindFloat = fixed(
  [0.5, 1, -1, 0, 2, -Infinity, ...Array.from({ length: 6 }, () => -Infinity), 1, 0, 0, 0, 1, -Infinity],
  3,
  6,
);

const standardCases = [
  standard('by heads', [q, k, v]),
  standard('heads side by side', [signed(2, 3, 8), signed(2, 4, 8), signed(2, 4, 4)], {
    attributes: { q_num_heads: 2, kv_num_heads: 2 },
  }),
  standard('grouped queries by heads', [grouped, groupedKey, groupedValue]),
  standard('grouped queries side by side', [signed(2, 3, 24), signed(2, 4, 12), signed(2, 4, 6)], {
    attributes: { q_num_heads: 4, kv_num_heads: 2 },
  }),
  standard('one key for all queries', [signed(2, 4, 3, 5), signed(2, 1, 3, 5), signed(2, 1, 3, 5)]),
  standard('own scale, softcap', [q, k, v], { attributes: { scale: 0.7, softcap: 0.9 } }),
  standard('bool mask', [q, k, v, lastHidden]),
  standard('float mask', [q, k, v, signed(3, 6)]),
  standard('float mask per head', [q, k, v, signed(4, 3, 6)]),
  standard('float mask per sample', [q, k, v, signed(2, 1, 3, 6)]),
  standard('causal', [signed(2, 2, 4, 3), signed(2, 2, 4, 3), signed(2, 2, 4, 3)], { attributes: { is_causal: 1 } }),
  standard('causal, more keys than queries', [q, k, v], { attributes: { is_causal: 1 } }),
  standard('causal with bool mask', [q, k, v, lastHidden], { attributes: { is_causal: 1 } }),
  standard('causal with float mask and softcap', [q, k, v, signed(3, 6)], {
    attributes: { is_causal: 1, softcap: 2.5 },
  }),
  standard('query that sees nothing', [q, k, v, blind]),
  standard('query that sees nothing, float mask', [q, k, v, blindFloat]),
  standard('query that sees nothing, causal', [q, k, v, blindFloat], { attributes: { is_causal: 1 } }),
  standard('past', [q, k, v, absent, signed(2, 4, 2, 5), signed(2, 4, 2, 2)], { outputs: 3 }),
  standard(
    'past, causal, grouped',
    [grouped, groupedKey, groupedValue, absent, signed(2, 2, 2, 5), signed(2, 2, 2, 4)],
    {
      outputs: 3,
      attributes: { is_causal: 1 },
    },
  ),
  ...[0, 1, 2, 3].map((mode) =>
    standard(`scores, mode ${mode}`, [q, k, v, signed(3, 6)], {
      outputs: 4,
      attributes: { qk_matmul_output_mode: mode, softcap: 1.5 },
    }),
  ),
  standard('padded keys', [q, k, v, absent, absent, absent, computedInts([4, 6])], { opsets: [24] }),
  standard('padded keys, causal', [q, k, v, absent, absent, absent, ints([4, 6])], {
    opsets: [24],
    attributes: { is_causal: 1 },
  }),
  standard('padded keys, float mask', [q, k, v, signed(2, 4, 3, 6), absent, absent, ints([2, 5])], { opsets: [24] }),
  standard('nothing but padding', [q, k, v, absent, absent, absent, ints([0, 5])], {
    opsets: [24],
    outputs: 4,
    attributes: { qk_matmul_output_mode: 3 },
  }),
  standard('softmax precision', [q, k, v], { attributes: { softmax_precision: 1, scale: float(1) } }),
];

const rotation = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'RotaryEmbedding',
  name,
  inputs,
  opsets: [23, 24],
  ...rewritten,
  ...rest,
});
const fusedRotation = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'com.microsoft.RotaryEmbedding',
  name,
  inputs,
  opsets: [13, 21],
  ...rewritten,
  ...rest,
});

const positions = computedInts([0, 3, 1, 2, 2, 4], [2, 3]);
const angles = [signed(5, 2), signed(5, 2)];
const halves = [0, 1].flatMap((interleaved) => {
  const layout = interleaved ? 'neighbours' : 'halves';
  return [
    rotation(`${layout} by heads`, [signed(2, 2, 3, 4), ...angles, positions], { attributes: { interleaved } }),
    rotation(`${layout} side by side`, [signed(2, 3, 8), ...angles, positions], {
      attributes: { interleaved, num_heads: 2 },
    }),
    rotation(`${layout}, partial`, [signed(2, 2, 3, 6), ...angles, positions], {
      attributes: { interleaved, rotary_embedding_dim: 4 },
    }),
    rotation(`${layout}, no positions`, [signed(2, 2, 3, 4), signed(2, 3, 2), signed(2, 3, 2)], {
      attributes: { interleaved },
    }),
    fusedRotation(`${layout} side by side`, [signed(2, 3, 8), positions, ...angles], { attributes: { interleaved } }),
    fusedRotation(`${layout} by heads`, [signed(2, 2, 3, 4), positions, ...angles], { attributes: { interleaved } }),
    fusedRotation(`${layout}, partial`, [signed(2, 3, 12), positions, ...angles], {
      attributes: { interleaved, num_heads: 2, rotary_embedding_dim: 4 },
    }),
    fusedRotation(`${layout}, first position`, [signed(2, 3, 8), ints([2]), ...angles], {
      attributes: { interleaved },
    }),
  ];
});

const multiHead = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'com.microsoft.MultiHeadAttention',
  name,
  inputs,
  ...rewritten,
  ...rest,
  attributes: { num_heads: 2, ...rest.attributes },
});
const [queries, keys, values] = [signed(2, 3, 4), signed(2, 5, 4), signed(2, 5, 6)];
const keyMask = ints([1, 1, 1, 0, 0, 0, 1, 1, 1, 1], [2, 5], 'int32');
const queryMask = ints(
  Array.from({ length: 30 }, (_, index) => (index % 3 ? 1 : 0)),
  [2, 3, 5],
  'int32',
);

const multiHeadCases = [
  multiHead('plain', [queries, keys, values]),
  multiHead('present as outputs', [queries, keys, values], { outputs: 3 }),
  multiHead('bias, own scale', [queries, keys, values, signed(14)], { attributes: { scale: 0.3 } }),
  multiHead('causal', [signed(2, 5, 4), keys, values], { attributes: { unidirectional: 1 } }),
  multiHead('causal, more keys than queries', [queries, keys, values], { attributes: { unidirectional: 1 } }),
  multiHead('lengths of keys', [queries, keys, values, absent, ints([2, 4], [2], 'int32')]),
  multiHead('lengths of keys, packed', [queries, keys, values, absent, ints([2, 4, 0, 3, 6, 0, 5, 10], [8], 'int32')]),
  multiHead('mask of keys', [queries, keys, values, absent, keyMask]),
  multiHead(
    'computed mask, filter near',
    [queries, keys, values, absent, computedInts([1, 1, 1, 0, 0, 0, 1, 1, 1, 1], [2, 5], 'int32')],
    {
      attributes: { mask_filter_value: -1.5 },
    },
  ),
  multiHead('mask of keys, causal', [signed(2, 5, 4), keys, values, absent, keyMask], {
    attributes: { unidirectional: 1 },
  }),
  multiHead('mask of queries and keys, causal', [queries, keys, values, absent, queryMask], {
    attributes: { unidirectional: 1 },
  }),
  multiHead('bias of the scores', [queries, keys, values, absent, absent, signed(2, 2, 3, 5)]),
  multiHead('shared bias of the scores, mask', [queries, keys, values, absent, keyMask, signed(1, 1, 3, 5)]),
  multiHead('no samples', [signed(0, 3, 4), signed(0, 5, 4), signed(0, 5, 6)]),
  multiHead('keys by heads', [queries, signed(2, 2, 5, 2), signed(2, 2, 5, 2)]),
  multiHead('keys by heads, bias', [queries, signed(2, 2, 5, 2), signed(2, 2, 5, 2), signed(12)]),
  multiHead('past', [queries, keys, signed(2, 5, 4), absent, absent, absent, signed(2, 2, 2, 2), signed(2, 2, 2, 2)], {
    outputs: 3,
    attributes: { unidirectional: 1 },
  }),
];

const packed = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'com.microsoft.Attention',
  name,
  inputs,
  ...rewritten,
  ...rest,
  attributes: { num_heads: 2, ...rest.attributes },
});
const projection = [signed(2, 3, 5), signed(5, 12), signed(12)];

const packedCases = [
  packed('plain', projection),
  packed('present as output', projection, { outputs: 2 }),
  packed('own scale', projection, { attributes: { scale: 0.4 } }),
  packed('causal', projection, { attributes: { unidirectional: 1 } }),
  packed('own sizes', [signed(2, 3, 5), signed(5, 10), signed(10)], { attributes: { qkv_hidden_sizes: [4, 4, 2] } }),
  packed('lengths of keys', [...projection, ints([2, 3], [2], 'int32')]),
  packed('ends and starts of keys', [...projection, ints([3, 2, 1, 0], [4], 'int32')]),
  packed('ends and starts of keys, causal', [...projection, ints([3, 2, 1, 0], [4], 'int32')], {
    attributes: { unidirectional: 1 },
  }),
  packed('mask of keys', [...projection, ints([1, 1, 0, 0, 1, 1], [2, 3], 'int32')]),
  packed('mask of one column', [...projection, ints([1, 1], [2, 1], 'int32')]),
  packed('mask of queries and keys', [
    ...projection,
    ints(
      Array.from({ length: 18 }, (_, index) => (index % 4 ? 1 : 0)),
      [2, 3, 3],
      'int32',
    ),
  ]),
  packed('bias of the scores', [...projection, absent, absent, signed(1, 2, 3, 3)]),
  packed('no samples', [signed(0, 3, 5), signed(5, 12), signed(12)]),
  packed('past', [...projection, absent, signed(2, 2, 2, 4, 2)], { outputs: 2 }),
  packed('past, causal', [...projection, absent, signed(2, 2, 2, 4, 2)], {
    outputs: 2,
    attributes: { unidirectional: 1 },
  }),
];

const group = (name: string, inputs: readonly (InputSpec | undefined)[], rest: Rest = {}): GradientCase => ({
  op: 'com.microsoft.GroupQueryAttention',
  name,
  inputs,
  outputs: 3,
  ...rewritten,
  ...rest,
  attributes: { num_heads: 4, kv_num_heads: 2, ...rest.attributes },
});
const tokens = 4;
const apart = [signed(2, tokens, 32), signed(2, tokens, 16), signed(2, tokens, 16)];
const lengths = [absent, absent, ints([3, 3], [2], 'int32'), ints([tokens], [], 'int32')];
const wide = [signed(1, tokens, 64), signed(1, tokens, 32), signed(1, tokens, 32)];
const one = [absent, absent, ints([3], [1], 'int32'), ints([tokens], [], 'int32')];
const caches = [signed(6, 8), signed(6, 8)];

const groupCases = [
  group('apart', [...apart, ...lengths], { outputs: 1 }),
  group('present as outputs', [...apart, ...lengths]),
  group('packed', [signed(2, tokens, 64), absent, absent, ...lengths]),
  group('empty past', [...apart, signed(2, 2, 0, 8), signed(2, 2, 0, 8), ...lengths.slice(2)]),
  group('padding', [...apart, absent, absent, computedInts([3, 1], [2], 'int32'), ints([tokens], [], 'int32')]),
  group('not causal', [...apart, ...lengths], { attributes: { causal: 0 } }),
  group('window, softcap, own scale', [...apart, ...lengths], {
    attributes: { local_window_size: 2, softcap: 1.5, scale: 0.2 },
  }),
  group('smooth softmax', [...apart, ...lengths], { attributes: { smooth_softmax: 1 } }),
  group('sink per head', [...apart, ...lengths, absent, absent, absent, absent, signed(4)]),
  group('bias of the scores, softcap', [...apart, ...lengths, absent, absent, absent, signed(1, 4, tokens, tokens)], {
    attributes: { softcap: 0.8 },
  }),
  ...[1, 2].map((mode) =>
    group(`scores, mode ${mode}`, [...apart, ...lengths], {
      outputs: 4,
      attributes: { qk_output: mode, softcap: 2.5 },
    }),
  ),
  ...[0, 1].flatMap((interleaved) => [
    group(`rotary ${interleaved}`, [...wide, ...one, ...caches], {
      attributes: { do_rotary: 1, rotary_interleaved: interleaved },
    }),
    group(`rotary ${interleaved}, partial, packed`, [signed(1, tokens, 256), absent, absent, ...one, ...caches], {
      attributes: { do_rotary: 1, rotary_interleaved: interleaved },
    }),
  ]),
  group('rotary, first position', [...wide, ...one, ...caches, ints([2, 0, 3, 4], [1, tokens])], {
    attributes: { do_rotary: 1 },
  }),
];

export const attentionCases: readonly GradientCase[] = [
  ...standardCases,
  ...halves,
  ...multiHeadCases,
  ...packedCases,
  ...groupCases,
];
