/** Normalization of every sample, or word, by itself over its last axes, as transformers have it. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { float } from '#shared/ir/builder.ts';
import { decomposition, rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import { sizes, spell } from '#shared/ops/spelling.ts';

interface Kind {
  /** Whether the mean is taken off first. */
  readonly centred: boolean;
  /** Position of the output that holds r, where there is one. */
  readonly reciprocal: number;
}

interface Statistics {
  /** (x − μ) · r */
  readonly n: string;
  readonly r: string;
  /** Over the normalized axes, which stay with size one. */
  readonly mean: (value: string) => string;
}

/** n and r, computed once more from x or from what the node itself found. */
function statistics(g: GradientContext, axes: readonly number[], centred: boolean): Statistics {
  const shape = g.inputShape(0);
  const [lead, own] = [shape.slice(0, axes[0]), shape.slice(axes[0])];
  const width = elementCount(own);
  const reduced = (value: string): string => g.builder.reduce('ReduceMean', value, axes, true);
  const product = (value: string): string => {
    const rows = own.length === 1 ? value : g.builder.reshape(value, [...lead, width]);
    const share = g.constantOf([width, 1], Array<number>(width).fill(1 / width));
    return g.builder.reshape(g.builder.op('MatMul', [rows, share]), [...lead, ...own.map(() => 1)]);
  };
  const computed = (mean: (value: string) => string): Statistics => {
    const deviation = centred ? g.sub(g.x, mean(g.x)) : g.x;
    const variance = mean(g.mul(deviation, deviation));
    const r = g.div(g.scalar(1), g.unary('Sqrt', g.shift(variance, g.float('epsilon', 1e-5))));
    return { n: g.mul(deviation, r), r, mean };
  };
  const kept = (mean: (value: string) => string): Statistics => {
    const r = g.ensuredOutput(2);
    return { n: g.mul(g.sub(g.x, g.ensuredOutput(1)), r), r, mean };
  };
  // The node gives its statistics in float32, whatever the type.
  const keeps = g.node.op === 'LayerNormalization' && g.dtype === 'float32';
  const multiplies = !shape.includes(0);
  const ways = {
    reductions: () => computed(reduced),
    products: multiplies ? () => computed(product) : undefined,
    'kept statistics': keeps ? () => kept(reduced) : undefined,
    'kept statistics, products': keeps && multiplies ? () => kept(product) : undefined,
  };
  const key = `${sizes(shape)} from axis ${axes[0]}, ${g.node.op}, ${g.dtype}`;
  return spell(g, 'LayerNormalizationGradient', key, ways, 'reductions');
}

/**
 * y = n · scale + bias with n = (x − μ) · r, r = 1 / √(mean((x − μ)²) + ε) over the last axes, where μ is their mean,
 * or zero if the kind does not centre. With dn = dy · scale,
 *
 *     dx = r · (dn − mean(dn) − n · mean(dn · n)) + (dμ − dr · r² · n) / count
 *
 * without the terms of the mean if it does not centre; dscale = dy · n and dbias = dy, summed by the walker.
 */
function normalizationGradient(g: GradientContext, { centred, reciprocal }: Kind): readonly Contribution[] {
  const shape = g.inputShape(0);
  const first = normalizeAxis(g.int('axis', -1), shape.length);
  const axes = Array.from({ length: shape.length - first }, (_, index) => first + index);
  const { n, r, mean } = statistics(g, axes, centred);
  const ofY = (): string => {
    const dn = g.mul(g.dy, g.input(1));
    const swing = g.sub(dn, g.mul(n, mean(g.mul(dn, n))));
    return g.mul(r, centred ? g.sub(swing, mean(dn)) : swing);
  };
  // The statistics come in float32 whatever the type.
  const statistic = (index: number): string => g.builder.cast(g.cotangent(index), g.dtype);
  const ofStatistics = (): string | undefined => {
    const parts: string[] = [];
    if (centred && g.reaches(1)) parts.push(g.builder.expand(statistic(1), shape));
    if (g.reaches(reciprocal)) parts.push(g.neg(g.mul(g.mul(statistic(reciprocal), g.mul(r, r)), n)));
    return parts.length === 0
      ? undefined
      : g.scale(
          parts.reduce((left, right) => g.add(left, right)),
          1 / elementCount(shape.slice(first)),
        );
  };
  const dx = (): Contribution => {
    const parts = [g.reaches(0) ? ofY() : undefined, ofStatistics()].filter((part) => part !== undefined);
    return { value: parts.reduce((left, right) => g.add(left, right)), shape };
  };
  const unreduced = (value: string): Contribution => ({ value, shape });
  return [
    g.needs(0) ? dx() : undefined,
    g.needs(1) ? unreduced(g.mul(g.dy, n)) : undefined,
    g.needs(2) ? unreduced(g.dy) : undefined,
  ];
}

const epsilon = (l: LoweringContext): { epsilon: ReturnType<typeof float> } => ({
  epsilon: float(l.float('epsilon', 1e-12)),
});

/** x + skip, plus the bias where there is one. */
function skipSum(l: LoweringContext, bias: number): string {
  const plain = l.add(l.x, l.input(1));
  return l.hasInput(bias) ? l.add(plain, l.input(bias)) : plain;
}

/** Words, positions and segments looked up in their tables, added and normalized. */
function embedding(l: LoweringContext): readonly string[] {
  const [batch, length] = l.inputShape(0) as [number, number];
  const words = l.builder.op('Gather', [l.input(2), l.input(0)]);
  const places = l.hasInput(8)
    ? l.builder.op('Gather', [l.input(3), l.input(8)])
    : l.builder.slice(l.input(3), [0], [0], [length]);
  const placed = l.add(words, places);
  const sum = l.hasInput(1) ? l.add(placed, l.builder.op('Gather', [l.input(4), l.input(1)])) : placed;
  const normal = l.builder.op('LayerNormalization', [sum, l.input(5), l.input(6)], epsilon(l));
  // How many words of each sample are not masked.
  const counted = (): string =>
    l.hasInput(7)
      ? l.builder.reduce('ReduceSum', l.input(7), [1], false)
      : l.builder.constant(
          'int32',
          [batch],
          Array.from({ length: batch }, () => 0),
        );
  return [normal, l.hasOutput(1) ? counted() : '', sum];
}

export const layerNormalization = {
  LayerNormalization: rule((g) => normalizationGradient(g, { centred: true, reciprocal: 2 })),
  // y = x / √(mean(x²) + ε) · scale
  RMSNormalization: rule((g) => normalizationGradient(g, { centred: false, reciprocal: 1 })),
  SimplifiedLayerNormalization: rule((g) => normalizationGradient(g, { centred: false, reciprocal: 1 })),
  // Layer normalization of x + skip (+ bias); the fourth output is that sum.
  'com.microsoft.SkipLayerNormalization': decomposition((l) => {
    const sum = skipSum(l, 4);
    const inputs = [sum, l.input(2), ...(l.hasInput(3) ? [l.input(3)] : [])];
    const count = l.hasOutput(1) || l.hasOutput(2) ? 3 : 1;
    const [normal, mean, reciprocal] = l.builder.opN('LayerNormalization', inputs, count, epsilon(l));
    return [normal as string, mean ?? '', reciprocal ?? '', sum];
  }),
  // The same without mean, whose output stays zero.
  'com.microsoft.SkipSimplifiedLayerNormalization': decomposition((l) => {
    const sum = skipSum(l, 3);
    const count = l.hasOutput(2) ? 2 : 1;
    const [normal, reciprocal] = l.builder.opN('SimplifiedLayerNormalization', [sum, l.input(2)], count, epsilon(l));
    const mean = l.hasOutput(1) ? l.zeros(l.outputShape(1)) : '';
    return [normal as string, mean, reciprocal ?? '', sum];
  }),
  'com.microsoft.EmbedLayerNormalization': decomposition(embedding),
} as const satisfies Family;
