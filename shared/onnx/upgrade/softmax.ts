/**
 * Until operator set 13, the softmax family looked at its input as a matrix, all axes from `axis` on being its columns.
 * That is what one axis means today where `axis` is the last.
 */
import { intAttribute } from '#shared/ir/graph.ts';
import type { Changes, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

function flattened(r: Rewriting): void {
  const axis = intAttribute(r.node, 'axis', 1);
  const rank = r.facts.rank(r.x);
  const isLast = axis === -1 || (rank !== undefined && axis === rank - 1);
  if (isLast && r.node.attributes['axis']) return r.stay();
  const lastAxis = { axis: { type: 'int', value: -1 } } as const;
  if (isLast) return r.become({ attributes: lastAxis });
  const matrix = r.builder.op('Flatten', [r.x], { axis });
  const result = r.builder.op(r.node.op, [matrix], { axis: -1 });
  const shape = r.builder.op('Shape', [r.x]);
  const asItStands = { allowzero: { type: 'int', value: 1 } } as const;
  r.become({ op: 'Reshape', inputs: [result, shape], attributes: r.builder.opset >= 14 ? asItStands : {} });
}

export const softmax: Changes = {
  Softmax: [{ before: 13, rewrite: flattened }],
  LogSoftmax: [{ before: 13, rewrite: flattened }],
  Hardmax: [{ before: 13, rewrite: flattened }],
};
