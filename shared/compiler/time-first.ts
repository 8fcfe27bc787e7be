/**
 * Recurrent layers with the batch axis first (`layout` 1), which onnxruntime has no kernels for: each is turned into
 * one with the time axis first, between Transposes.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import { bodiesOf, intAttribute, type Attribute, type Graph, type Model, type Node } from '#shared/ir/graph.ts';

const recurrent = new Set(['LSTM', 'GRU', 'RNN']);

/** How axes are put in the other order, by input position: X, initial_h and initial_c. */
const inputAxes = new Map([0, 5, 6].map((position) => [position, [1, 0, 2]]));
/** And back, by output position: Y, Y_h and Y_c. */
const outputAxes: readonly (readonly number[])[] = [
  [2, 0, 1, 3],
  [1, 0, 2],
  [1, 0, 2],
];

/** The model itself where all its layers have the time axis first. */
export function timeFirst(model: Model): Model {
  if (!hasBatchFirst(model.graph)) return model;
  return { ...model, graph: rewritten(model.graph, new GraphBuilder(model.opsets[''] ?? 14, model.graph)) };
}

const isBatchFirst = (node: Node): boolean =>
  node.domain === '' && recurrent.has(node.op) && intAttribute(node, 'layout', 0) === 1;

function hasBatchFirst(graph: Graph): boolean {
  return graph.nodes.some((node) => isBatchFirst(node) || bodiesOf(node).some(hasBatchFirst));
}

/** @param names what new values are named by, the same for a graph and its bodies */
function rewritten(graph: Graph, names: GraphBuilder): Graph {
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (isBatchFirst(node)) return withTimeFirst(node, names);
    if (bodiesOf(node).length === 0) return [node];
    const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
      name,
      attribute.type === 'graph' ? { type: 'graph', value: rewritten(attribute.value, names) } : attribute,
    ]);
    return [{ ...node, attributes: Object.fromEntries(attributes) }];
  });
  return { ...graph, nodes };
}

function withTimeFirst(node: Node, names: GraphBuilder): Node[] {
  const transpose = (input: string, output: string, axes: readonly number[]): Node => ({
    name: '',
    op: 'Transpose',
    domain: '',
    inputs: [input],
    outputs: [output],
    attributes: { perm: { type: 'ints', value: axes } },
  });
  const before: Node[] = [];
  const after: Node[] = [];
  const inputs = node.inputs.map((input, position) => {
    const axes = inputAxes.get(position);
    if (!axes || input === '') return input;
    const moved = names.fresh(`${input}/time`);
    before.push(transpose(input, moved, axes));
    return moved;
  });
  const outputs = node.outputs.map((output, position) => {
    if (output === '') return output;
    const moved = names.fresh(`${output}/time`);
    after.push(transpose(moved, output, outputAxes[position] ?? []));
    return moved;
  });
  const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== 'layout'));
  return [...before, { ...node, inputs, outputs, attributes }, ...after];
}
