/**
 * What a processor's kernels want of a graph that any runtime could run. Applied where a session is opened, to training
 * steps, whose weights are inputs: the runtime's own optimizer treats those of models with constant weights.
 */
import { captured, usesDomain, type Graph, type Model, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { blockChannels } from '#shared/compiler/cpu/blocked-channels.ts';
import { blockedDomain } from '#shared/compiler/cpu/layout.ts';
import { spreadWhereRead } from '#shared/compiler/cpu/expansions.ts';
import { roundHalves } from '#shared/compiler/cpu/rounded-halves.ts';
import { rankScalars } from '#shared/compiler/cpu/scalar-ranks.ts';
import { shareGelu } from '#shared/compiler/cpu/shared-gelu.ts';
import { keepRowsSparse } from '#shared/compiler/cpu/sparse-rows.ts';
import { joinTranspositions } from '#shared/compiler/cpu/transposed-products.ts';
import { isFixed } from '#shared/compiler/inference.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { withoutCopies } from '#shared/compiler/subgraph.ts';

/**
 * @param block channels in a block of the runtime's fastest convolutions on this machine; undefined where it has none
 */
export async function specialize(model: Model, oracle: Oracle, block: number | undefined): Promise<Model> {
  const graph = await specializeGraph(model, model.graph, oracle, block);
  const used = [blockedDomain, 'com.microsoft'].filter((domain) => usesDomain(graph, domain));
  return { ...model, graph, opsets: { ...model.opsets, ...Object.fromEntries(used.map((domain) => [domain, 1])) } };
}

async function specializeGraph(model: Model, graph: Graph, oracle: Oracle, block: number | undefined): Promise<Graph> {
  const opset = model.opsets[''] as number;
  const types = await typesOf({ ...model, graph }, oracle);
  const nodes = await Promise.all(graph.nodes.map((node) => withBodies(model, node, types, oracle, block)));
  const spread = spreadWhereRead({ ...graph, nodes }, types);
  const joined = joinTranspositions(shareGelu(spread), types);
  const sparse = keepRowsSparse(joined, opset, types);
  const rounded = roundHalves(rankScalars(sparse, opset, types), opset, types);
  return withoutCopies(block === undefined ? rounded : blockChannels(rounded, opset, types, block));
}

async function typesOf(model: Model, oracle: Oracle): Promise<Map<string, TensorType>> {
  const { graph } = model;
  const values = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  const inferred = await oracle.infer({ ...model, graph: { ...graph, outputs: [] } }, values);
  const known = [...inferred.values(), ...graph.inputs].flatMap((info): [string, TensorType][] =>
    info.unknown === undefined && isFixed(info) ? [[info.name, { dtype: info.dtype, shape: info.shape }]] : [],
  );
  const constants = [...graph.initializers].map(([name, { dtype, shape }]): [string, TensorType] => [
    name,
    { dtype, shape },
  ]);
  return new Map([...known, ...constants]);
}

/** A Loop's body is a graph of its own, which takes what it reads from outside as inputs. */
async function withBodies(
  model: Model,
  node: Node,
  types: ReadonlyMap<string, TensorType>,
  oracle: Oracle,
  block: number | undefined,
): Promise<Node> {
  const body = node.attributes['body'];
  if (node.op !== 'Loop' || body?.type !== 'graph') return node;
  const outside = [...new Set(captured(node))].flatMap((name): ValueInfo[] => {
    const type = types.get(name) ?? model.graph.inputs.find((input) => input.name === name);
    return type ? [{ ...type, name }] : [];
  });
  const { inputs } = body.value;
  const whole = { ...body.value, inputs: [...inputs, ...outside] };
  const value = { ...(await specializeGraph(model, whole, oracle, block)), inputs };
  return { ...node, attributes: { ...node.attributes, body: { type: 'graph', value } } };
}
