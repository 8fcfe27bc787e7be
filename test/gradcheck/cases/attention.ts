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

export const attentionCases: readonly GradientCase[] = [...standardCases];
