/**
 * Models of older operator sets in the words of a newer one. Values keep their names, and nodes that mean the same in
 * both stay the very same objects.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import { bodiesOf, reads, type Attribute, type Graph, type Model, type Node } from '#shared/ir/graph.ts';
import { newestOpset, oldestOpset } from '#shared/ir/opsets.ts';
import { GraftError } from '#shared/messages/error.ts';
import { batchNormalization } from '#shared/onnx/upgrade/batch-normalization.ts';
import { Facts } from '#shared/onnx/upgrade/facts.ts';
import { operands } from '#shared/onnx/upgrade/operands.ts';
import { resampling } from '#shared/onnx/upgrade/resampling.ts';
import { retired } from '#shared/onnx/upgrade/retired.ts';
import { Rewriting, type Changes, type Rewrite } from '#shared/onnx/upgrade/rewriting.ts';
import { scan } from '#shared/onnx/upgrade/scan.ts';
import { softmax } from '#shared/onnx/upgrade/softmax.ts';

/** Oldest IR version whose models may name operator set 17. */
const irVersionOfTarget = 8;

const changes: Changes = { ...operands, ...softmax, ...resampling, ...batchNormalization, ...retired, ...scan };

/**
 * The model itself if it is of operator set `to` or a newer one, or names none.
 *
 * @param to 13 … 17
 * @param path the model's file, for errors
 * @throws GraftError `model.opset-unsupported` outside of operator sets 7 to 26; `model.not-onnx` for a form nobody can run
 */
export function upgrade(model: Model, to = 17, path = 'the model'): Model {
  const opset = model.opsets[''];
  if (opset === undefined) return model;
  if (opset < oldestOpset || opset > newestOpset)
    throw new GraftError('model.opset-unsupported', { path, opset, oldest: oldestOpset, newest: newestOpset });
  if (opset >= to) return model;
  const builder = new GraphBuilder(to);
  builder.reserve(model.graph);
  return {
    ...model,
    graph: upgradeGraph(model.graph, { from: opset, to, path }, builder, undefined),
    opsets: { ...model.opsets, '': to },
    irVersion: Math.max(model.irVersion, irVersionOfTarget),
  };
}

interface Task {
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

/** @param builder for the nodes of this graph; no name of another graph is taken by it, as a body may use none from around */
function upgradeGraph(graph: Graph, task: Task, builder: GraphBuilder, outer: Facts | undefined): Graph {
  const facts = new Facts(graph, outer);
  const used = new Set([...graph.nodes.flatMap(reads), ...graph.outputs.map((output) => output.name)]);
  for (const node of graph.nodes) {
    const current = withUpgradedBodies(node, task, builder, facts);
    const rewrite = rewriteOf(current, task);
    if (rewrite) rewrite(new Rewriting(current, builder, facts, used, task.path));
    else builder.append(current);
  }
  if (graph.nodes.every((node, index) => node === builder.nodes[index])) return graph;
  return { ...graph, nodes: builder.nodes, initializers: new Map([...graph.initializers, ...builder.initializers]) };
}

function rewriteOf(node: Node, { from, to }: Task): Rewrite | undefined {
  if (node.domain !== '' || !Object.hasOwn(changes, node.op)) return undefined;
  return changes[node.op]?.find(({ before }) => from < before && before <= to)?.rewrite;
}

function withUpgradedBodies(node: Node, task: Task, builder: GraphBuilder, facts: Facts): Node {
  if (bodiesOf(node).length === 0) return node;
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type !== 'graph') return [name, attribute];
    const value = upgradeGraph(attribute.value, task, builder.sibling(), facts);
    return [name, value === attribute.value ? attribute : { type: 'graph', value }];
  });
  if (attributes.every(([name, attribute]) => attribute === node.attributes[name])) return node;
  return { ...node, attributes: Object.fromEntries(attributes) };
}
