/** The gradient of the softmax. */
import type { Node } from '#shared/ir/graph.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

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
  return g.mul(y, g.sub(g.dy, g.sum(g.mul(g.dy, y), [g.int('axis', -1)], true)));
}
