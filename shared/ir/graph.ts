/**
 * The typed form of an ONNX graph that the compiler works on. Values are names; a name is defined once,
 * by a graph input, an initializer or one node output. A graph is never changed after it is handed on:
 * phases make new ones, sharing tensors and nodes with the old.
 */
import type { DType, Tensor, TensorType } from '#shared/ir/tensor.ts';

export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] };

export interface Node {
  /** For messages only; may be empty. */
  readonly name: string;
  /** Operator type, for example `Conv`. */
  readonly op: string;
  /** '' is the standard `ai.onnx` domain. */
  readonly domain: string;
  /** An omitted optional input is ''. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A named dimension is a string; an unknown one is null. */
export type Dimension = number | string | null;

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
  /**
   * What the file does not say, mostly in the bodies of Loop and If: `shape` is then an empty stand-in, and with 'type'
   * so is `dtype`. Written as unsaid again, for the runtime to infer.
   */
  readonly unknown?: 'shape' | 'type';
}

/** A float32 value whose shape is to be found out. */
export function shapeless(name: string): ValueInfo {
  return { name, dtype: 'float32', shape: [], unknown: 'shape' };
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

export interface Model {
  readonly graph: Graph;
  /** Operator-set version by domain; '' is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly irVersion: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A graph whose every value has a known type and a fixed shape: what the phases after 2-shape work on. */
export interface TypedGraph extends Graph {
  readonly types: ReadonlyMap<string, TensorType>;
}

export function intAttribute(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'int' ? attribute.value : otherwise;
}

export function floatAttribute(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'float' ? attribute.value : otherwise;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

export function stringAttribute(node: Node, name: string, otherwise: string): string {
  const attribute = node.attributes[name];
  return attribute?.type === 'string' ? attribute.value : otherwise;
}

/** The node that makes each value. */
export function producers(graph: Graph): Map<string, Node> {
  const map = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output) map.set(output, node);
  return map;
}

/** The bodies of a Loop, If or Scan. */
export function bodiesOf(node: Node): Graph[] {
  return Object.values(node.attributes).flatMap((attribute) => (attribute.type === 'graph' ? [attribute.value] : []));
}

/** Values a node reads: its inputs and, for Loop, If and Scan, what their bodies take from outside. */
export function reads(node: Node): string[] {
  return [...node.inputs.filter((name) => name !== ''), ...captured(node)];
}

/** Of nodes with bodies, which everything that walks a graph asks for at every level. */
const knownCaptures = new WeakMap<Node, readonly string[]>();

/** Values the bodies of a Loop, If or Scan take from outside without their being inputs of the node. */
export function captured(node: Node): readonly string[] {
  const known = knownCaptures.get(node);
  if (known) return known;
  const bodies = bodiesOf(node);
  if (bodies.length === 0) return [];
  const found = bodies.flatMap(outerReads);
  knownCaptures.set(node, found);
  return found;
}

function outerReads(body: Graph): string[] {
  const own = new Set([...body.inputs.map((input) => input.name), ...body.initializers.keys()]);
  for (const node of body.nodes) for (const output of node.outputs) own.add(output);
  const used = [...body.nodes.flatMap(reads), ...body.outputs.map((output) => output.name)];
  return used.filter((name) => !own.has(name));
}

/** Whether a node of the domain is in the graph, or in a body of one of its nodes. */
export function usesDomain(graph: Graph, domain: string): boolean {
  return graph.nodes.some((node) => node.domain === domain || bodiesOf(node).some((body) => usesDomain(body, domain)));
}
