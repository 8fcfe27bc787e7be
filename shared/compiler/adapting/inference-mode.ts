/** Models that were exported while they trained: their normalizations would follow each batch, and Dropout would drop. */
import { intAttribute, type Model, type Node } from '#shared/ir/graph.ts';
import { numbers } from '#shared/ir/tensor.ts';

/** The model as it is meant to be used, and how many of its operators were in training mode. */
export function inInferenceMode(model: Model): { readonly model: Model; readonly changed: number } {
  const { graph } = model;
  const gone = new Set<string>();
  let changed = 0;
  const nodes = graph.nodes.map((node): Node => {
    if (node.domain !== '') return node;
    if (node.op === 'BatchNormalization' && intAttribute(node, 'training_mode', 0) === 1) {
      changed++;
      for (const output of node.outputs.slice(1)) gone.add(output);
      const attributes = Object.entries(node.attributes).filter(([name]) => name !== 'training_mode');
      return { ...node, outputs: node.outputs.slice(0, 1), attributes: Object.fromEntries(attributes) };
    }
    const mode = node.op === 'Dropout' ? graph.initializers.get(node.inputs[2] ?? '') : undefined;
    if (!mode || numbers(mode)[0] === 0) return node;
    changed++;
    return { ...node, inputs: node.inputs.slice(0, 1) };
  });
  if (changed === 0) return { model, changed };
  const outputs = graph.outputs.filter(({ name }) => !gone.has(name));
  return { model: { ...model, graph: { ...graph, nodes, outputs } }, changed };
}
