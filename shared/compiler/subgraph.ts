/** Taking graphs apart: the nodes between some values and some others. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import { bodiesOf, producers, reads, type Graph, type Model, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';

/**
 * The part of `model` that computes `outputs` from `inputs`. Values in `inputs` are not looked behind;
 * initializers come along as far as they are used. Node order is kept.
 */
export function extract(model: Model, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Model {
  const given = new Set(inputs.map((input) => input.name));
  const needed = ancestors(
    model.graph,
    outputs.map((output) => output.name),
    given,
  );
  const nodes = model.graph.nodes.filter((node) => needed.nodes.has(node));
  const initializers = new Map<string, Tensor>();
  for (const [name, tensor] of model.graph.initializers) {
    if (needed.values.has(name) && !given.has(name)) initializers.set(name, tensor);
  }
  return { ...model, graph: { name: model.graph.name, inputs, outputs, nodes, initializers } };
}

/** Everything that `values` depend on, stopping at `stopAt`. */
export function ancestors(
  graph: Graph,
  values: readonly string[],
  stopAt: ReadonlySet<string> = new Set(),
): { nodes: Set<Node>; values: Set<string> } {
  const producer = producers(graph);
  const found = { nodes: new Set<Node>(), values: new Set<string>() };
  const open = [...values];
  while (open.length > 0) {
    const value = open.pop() as string;
    if (found.values.has(value)) continue;
    found.values.add(value);
    const node = stopAt.has(value) ? undefined : producer.get(value);
    if (!node || found.nodes.has(node)) continue;
    found.nodes.add(node);
    open.push(...reads(node));
  }
  return found;
}

/** The graph without nodes and initializers that none of its outputs needs. */
export function withoutDead(graph: Graph): Graph {
  const needed = ancestors(
    graph,
    graph.outputs.map(({ name }) => name),
  );
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => needed.nodes.has(node)),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.values.has(name))),
  };
}

/** Everything that depends on `values`, themselves included. */
export function descendants(graph: Graph, values: readonly string[]): Set<string> {
  const found = new Set(values);
  for (const node of graph.nodes) {
    if (reads(node).some((name) => found.has(name))) for (const output of node.outputs) if (output) found.add(output);
  }
  return found;
}

/**
 * Gives the values of a graph new names; names that are not in the map stay. Bodies of Loop, If and Scan follow in
 * what they read from outside; their own values keep their names, unless the scope is `everywhere`.
 */
export function rename(
  graph: Graph,
  names: ReadonlyMap<string, string>,
  scope: 'outside' | 'everywhere' = 'outside',
): Graph {
  return renamedBy(graph, (name) => names.get(name) ?? name, scope);
}

function renamedBy(graph: Graph, renamed: (name: string) => string, scope: 'outside' | 'everywhere'): Graph {
  const info = (value: ValueInfo): ValueInfo => ({ ...value, name: renamed(value.name) });
  return {
    name: graph.name,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
      attributes: renameBodies(node.attributes, renamed, scope),
    })),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [renamed(name), tensor])),
  };
}

function renameBodies(
  attributes: Node['attributes'],
  renamed: (name: string) => string,
  scope: 'outside' | 'everywhere',
): Node['attributes'] {
  if (!Object.values(attributes).some(({ type }) => type === 'graph')) return attributes;
  return Object.fromEntries(
    Object.entries(attributes).map(([key, attribute]) => {
      if (attribute.type !== 'graph') return [key, attribute];
      if (scope === 'everywhere') return [key, { type: 'graph', value: renamedBy(attribute.value, renamed, scope) }];
      const own = definitions(attribute.value);
      const outer = (name: string): string => (own.has(name) ? name : renamed(name));
      return [key, { type: 'graph', value: renamedBy(attribute.value, outer, scope) }];
    }),
  );
}

/** The graph with each output made under its own name, where it was a copy of what a node had made under another. */
export function withoutCopies(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const copies = new Set<Node>();
  for (const node of graph.nodes) {
    const [from, to] = [node.inputs[0] as string, node.outputs[0] as string];
    if (node.op !== 'Identity' || !outputs.has(to) || outputs.has(from) || !made.has(from) || names.has(from)) continue;
    names.set(from, to);
    copies.add(node);
  }
  return rename({ ...graph, nodes: graph.nodes.filter((node) => !copies.has(node)) }, names);
}

/** How often each value is read, as an output of the graph too. */
export function readCounts(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  const all = [...graph.nodes.flatMap(reads), ...graph.outputs.map(({ name }) => name)];
  for (const name of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The model with other names for these values, in bodies as well. */
export function movedAside(model: Model, values: readonly string[]): Model {
  if (values.length === 0) return model;
  const free = new GraphBuilder(0, model.graph);
  const renaming = new Map(values.map((name) => [name, free.fresh(`model/${name}`)]));
  return { ...model, graph: rename(model.graph, renaming, 'everywhere') };
}

/** The graph without the values of these initializers: what is trained, which no rule may take for a constant. */
export function withoutValuesOf<G extends { readonly initializers: Graph['initializers'] }>(
  graph: G,
  names: readonly string[],
): G {
  if (!names.some((name) => graph.initializers.has(name))) return graph;
  const left = new Set(names);
  return { ...graph, initializers: new Map([...graph.initializers].filter(([name]) => !left.has(name))) };
}

/** Every name a graph defines: its inputs, initializers and node outputs. */
export function definitions(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== ''),
  ]);
}

/** Those of a graph and of the bodies in it, none of which may be called like a value around it. */
export function definitionsEverywhere(graph: Graph): Set<string> {
  const bodies = graph.nodes.flatMap(bodiesOf);
  return new Set([definitions(graph), ...bodies.map(definitionsEverywhere)].flatMap((names) => [...names]));
}
