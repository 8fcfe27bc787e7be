/**
 * How much memory a graph needs at most, from the types of its values and the order onnxruntime computes them in.
 * What the runtime itself, its kernels' scratch space and the bodies of Loop, If and Scan take is not counted.
 */
import { elementCount } from '#shared/core/shape.ts';
import { producers, reads, type Graph, type Node } from '#shared/ir/graph.ts';
import { bytesPerElement, type TensorType } from '#shared/ir/tensor.ts';

export type Types = ReadonlyMap<string, TensorType>;

/** Operators whose output is their first input's memory under another shape. */
const aliases = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Bytes of one value; a value whose type is not known counts nothing. */
export function bytesOf(types: Types, name: string): number {
  const type = types.get(name);
  return type ? elementCount(type.shape) * bytesPerElement(type.dtype) : 0;
}

/**
 * The nodes in the order in which onnxruntime runs them one after the other: from each node that nothing reads, the
 * last in the file first, depth first through the makers of its inputs, the latest in the file first.
 */
export function executionOrder(graph: Graph): Node[] {
  const maker = producers(graph);
  const index = new Map(graph.nodes.map((node, position) => [node, position]));
  const makers = graph.nodes.map((node) => {
    const positions = new Set<number>();
    for (const name of reads(node)) {
      const made = maker.get(name);
      if (made) positions.add(index.get(made) as number);
    }
    return [...positions].toSorted((left, right) => left - right);
  });
  const isRead = new Set(makers.flat());
  const order: Node[] = [];
  const entered = new Set<number>();
  const stack = graph.nodes.flatMap((_, position) => (isRead.has(position) ? [] : [{ position, leaving: false }]));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { position, leaving } = next;
    if (leaving) order.push(graph.nodes[position] as Node);
    if (leaving || entered.has(position)) continue;
    entered.add(position);
    stack.push({ position, leaving: true });
    for (const made of makers[position] as number[])
      if (!entered.has(made)) stack.push({ position: made, leaving: false });
  }
  return order;
}

/**
 * Bytes held at the worst moment: inputs and initializers all the time, outputs from when they are made, every other
 * value from when it is made until the last node that reads it, or a value in the same memory, is done.
 */
export function peakMemory(graph: Graph, types: Types): number {
  const order = executionOrder(graph);
  const root = new Map<string, string>();
  const rootOf = (name: string): string => root.get(name) ?? name;
  for (const { op, domain, inputs, outputs } of order) {
    if (domain === '' && aliases.has(op)) root.set(outputs[0] as string, rootOf(inputs[0] as string));
  }
  const lastRead = new Map<string, number>();
  order.forEach((node, step) => {
    for (const name of [...node.outputs, ...reads(node)]) if (name) lastRead.set(rootOf(name), step);
  });
  const always = [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()];
  for (const name of [...always, ...graph.outputs.map((output) => output.name)]) lastRead.delete(rootOf(name));
  let held = always.reduce((total, name) => total + bytesOf(types, name), 0);
  let peak = held;
  order.forEach((node, step) => {
    for (const name of node.outputs) if (name && rootOf(name) === name) held += bytesOf(types, name);
    peak = Math.max(peak, held);
    for (const name of new Set([...node.outputs, ...reads(node)].map(rootOf)))
      if (lastRead.get(name) === step) held -= bytesOf(types, name);
  });
  return peak;
}
