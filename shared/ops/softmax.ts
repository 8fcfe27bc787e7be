/** The gradient of the softmax. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import type { Node } from '#shared/ir/graph.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { sizes, spell } from '#shared/ops/spelling.ts';

/** Whether a Where chooses between the value, or a cast of it, and something else. */
function isChosen(nodes: readonly Node[], value: string): boolean {
  return nodes.some(({ op, inputs, outputs }) => {
    if (op === 'Where') return inputs.indexOf(value, 1) > 0;
    return (op === 'Cast' || op === 'Identity') && inputs[0] === value && isChosen(nodes, outputs[0] as string);
  });
}

/**
 * dx = y · (dy − Σ dy · y). A row that is masked as a whole is not a number; a model that puts zeros in its place sends
 * no gradient back there, and 0 · NaN must not make one.
 */
export function softmaxGradient(g: GradientContext): string {
  const replaced = isChosen(g.builder.nodes, g.y);
  const y = replaced ? g.builder.op('Where', [g.builder.op('IsNaN', [g.y]), g.scalar(0), g.y]) : g.y;
  const shape = g.outputShape(0);
  const axis = normalizeAxis(g.int('axis', -1), shape.length);
  const width = shape[axis] as number;
  const isLast = axis === shape.length - 1 && !shape.includes(0);
  const rows = elementCount(shape.slice(0, axis));
  const kept = shape.map((size, position) => (position === axis ? 1 : size));
  const row = (value: string): string => g.builder.reshape(value, [rows, 1, width]);
  const column = (value: string): string => g.builder.reshape(value, [rows, width, 1]);
  const ones = (): string => g.constantOf([width, 1], Array<number>(width).fill(1));
  const ways = {
    sum: () => g.sum(g.mul(g.dy, y), [axis], true),
    'product of rows': isLast
      ? () => g.builder.reshape(g.builder.op('MatMul', [row(g.dy), column(y)]), kept)
      : undefined,
    'product with ones': isLast ? () => g.builder.op('MatMul', [g.mul(g.dy, y), ones()]) : undefined,
  };
  const total = spell(g, 'SoftmaxGradient', `${sizes(shape)}, axis ${axis}, ${g.dtype}`, ways, 'sum');
  return g.mul(y, g.sub(g.dy, total));
}
