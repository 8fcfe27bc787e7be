/** MatMulNBits: a product with a matrix of small integers, several to a byte. */
import type { Contribution } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/**
 * Y = A·Bᵀ + bias with B = (digits − zero) · scale, [N, K], where neighbours along K share scale and zero by blocks:
 * dA = dY·B and dbias = dY; with dB = dYᵀ·A, dscale = Σ dB · (digits − zero) and dzero = −Σ dB · scale over each block.
 */
export function quantizedProductGradient(g: GradientContext): readonly Contribution[] {
  const [rows, columns] = [g.int('N', 0), g.int('K', 0)];
  const blocks = Math.ceil(columns / g.int('block_size', 1));
  const index = blockIndex(g, columns);
  const spread = (values: string): string =>
    g.builder.op('Gather', [g.builder.reshape(values, [rows, blocks]), index], { axis: 1 });
  const digits = firstColumns(g, unpacked(g, g.input(1), rows), columns);
  const steps = g.sub(digits, zeros(g, rows, blocks, spread));
  const scales = spread(g.input(2));
  let weightGradient: string | undefined;
  const dB = (): string =>
    (weightGradient ??= g.builder.op(
      'Gemm',
      [g.builder.reshape(g.dy, [-1, rows]), g.builder.reshape(g.x, [-1, columns])],
      { transA: 1 },
    ));
  const perBlock = (value: string, input: number): string => {
    const places = g.builder.constant(
      'int32',
      [1, blocks],
      Array.from({ length: blocks }, (_, block) => block),
    );
    const column = g.builder.reshape(index, [columns, 1]);
    return g.builder.reshape(
      g.builder.op('MatMul', [value, g.indicator('Equal', column, places)]),
      g.inputShape(input),
    );
  };
  return [
    g.when(0, () => g.builder.op('MatMul', [g.dy, g.mul(steps, scales)])),
    undefined,
    g.when(2, () => perBlock(g.mul(dB(), steps), 2)),
    g.when(3, () => g.neg(perBlock(g.mul(dB(), scales), 3))),
    undefined,
    g.needs(5) ? { value: g.dy, shape: g.outputShape(0) } : undefined,
  ];
}

/** The block that each column belongs to, [columns]. */
function blockIndex(g: GradientContext, columns: number): string {
  if (g.hasInput(4)) {
    const given = g.inputShape(4)[0] as number;
    return given === columns ? g.input(4) : g.builder.slice(g.input(4), [0], [0], [columns]);
  }
  const size = g.int('block_size', 1);
  return g.builder.constant(
    'int32',
    [columns],
    Array.from({ length: columns }, (_, column) => Math.floor(column / size)),
  );
}

/** Zero points, broadcast to [rows, columns]: as many digits as there are blocks, floats, or all in the middle. */
function zeros(g: GradientContext, rows: number, blocks: number, spread: (values: string) => string): string {
  if (!g.hasInput(3)) return g.scalar(2 ** (g.int('bits', 4) - 1));
  if (g.inputType(3).dtype !== 'uint8') return spread(g.input(3));
  return spread(firstColumns(g, unpacked(g, g.input(3), rows), blocks));
}

/** The digits in each row of bytes, the lowest bits first. */
function unpacked(g: GradientContext, packed: string, rows: number): string {
  const bits = g.int('bits', 4);
  const bytes = g.builder.cast(g.builder.reshape(packed, [rows, -1, 1]), g.dtype);
  const digits: string[] = [];
  let rest = bytes;
  for (let place = bits; place < 8; place += bits) {
    const higher = g.unary('Floor', g.scale(rest, 2 ** -bits));
    digits.push(g.sub(rest, g.scale(higher, 2 ** bits)));
    rest = higher;
  }
  const all = digits.length === 0 ? rest : g.builder.op('Concat', [...digits, rest], { axis: 2 });
  return g.builder.reshape(all, [rows, -1]);
}

function firstColumns(g: GradientContext, value: string, columns: number): string {
  return g.builder.slice(value, [1], [0], [columns]);
}
