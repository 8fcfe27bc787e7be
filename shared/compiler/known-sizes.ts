/** Operators whose output's size hangs on a value, written so that the runtime sees the size where that value is known. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model, Node } from '#shared/ir/graph.ts';
import { numbers } from '#shared/ir/tensor.ts';

/** Compress by a known condition reads known rows: it becomes Gather. The model itself if it has none. */
export function withKnownSizes(model: Model): Model {
  const { graph } = model;
  const conditionOf = (node: Node) =>
    node.op === 'Compress' && node.domain === '' ? graph.initializers.get(node.inputs[1] ?? '') : undefined;
  if (!graph.nodes.some(conditionOf)) return model;
  const builder = new GraphBuilder(model.opsets[''] as number);
  builder.reserve(graph);
  for (const node of graph.nodes) {
    const condition = conditionOf(node);
    if (!condition) {
      builder.append(node);
      continue;
    }
    const rows = numbers(condition).flatMap((chosen, row) => (chosen ? [row] : []));
    const { axis } = node.attributes;
    const [x = ''] = node.inputs;
    const from = axis ? x : builder.reshape(x, [-1]);
    const inputs = [from, builder.ints(rows)];
    builder.append({ ...node, op: 'Gather', inputs, attributes: axis ? { axis } : {} });
  }
  const initializers = new Map([...graph.initializers, ...builder.initializers]);
  return { ...model, graph: { ...graph, nodes: builder.nodes, initializers } };
}
