/**
 * Phase 5: the gradient. A generic reverse walk over the operator table; reachability, accumulation, broadcasting
 * and operators without a rule are handled here and nowhere else.
 */
import { broadcastAxes, sameShape, type Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { captured, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { withoutValuesOf } from '#shared/compiler/subgraph.ts';
import type { Contribution } from '#shared/ops/entry.ts';
import { GradientContext } from '#shared/ops/gradient-context.ts';
import { NodeView } from '#shared/ops/node-view.ts';
import { sumOver } from '#shared/ops/sum.ts';
import { operatorEntry } from '#shared/ops/table.ts';

/** What the walk needs of a graph. */
export type Differentiable = Pick<TypedGraph, 'nodes' | 'types' | 'initializers' | 'outputs'>;

export interface BlockedNode {
  readonly node: Node;
  /** Position in the graph's topological order. */
  readonly position: number;
  readonly reason: string;
}

/** Whether a float output of `node` moves with the value `input`, as far as gradients are concerned. */
function carries(node: Node, position: number): boolean {
  const entry = operatorEntry(node.op, node.domain);
  if (entry.kind === 'stop') return false;
  return entry.kind === 'refused' || !(entry.stops?.includes(position) ?? false);
}

/** The values through which `node` moves: differentiable inputs, and what its bodies take from outside. */
export function movers(node: Node): string[] {
  return [...node.inputs.filter((input, position) => input !== '' && carries(node, position)), ...captured(node)];
}

/** Whether a value could carry a gradient: a float tensor, or something that is no tensor but may hold some. */
export function mayCarry(graph: Differentiable, name: string): boolean {
  const type = graph.types.get(name);
  return name !== '' && (type === undefined || isFloat(type.dtype));
}

/** Every float value that moves with one of `from`, those included. */
function dependents(graph: Differentiable, from: readonly string[]): Set<string> {
  const moving = new Set(from);
  for (const node of graph.nodes) {
    if (!movers(node).some((name) => moving.has(name))) continue;
    for (const output of node.outputs) if (mayCarry(graph, output)) moving.add(output);
  }
  return moving;
}

/** Every float value that one of `to` is computed from along differentiable inputs, those included. */
function ancestors(graph: Differentiable, to: Iterable<string>): Set<string> {
  const reached = new Set(to);
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => reached.has(output))) continue;
    for (const name of movers(node)) if (mayCarry(graph, name)) reached.add(name);
  }
  return reached;
}

/** Those of `wrt` that move one of `of`, as far as gradients are concerned; the others have none rather than zeros. */
export function movingOf(graph: Differentiable, wrt: readonly string[], of: readonly string[]): string[] {
  const reached = ancestors(graph, of);
  return wrt.filter((name) => reached.has(name));
}

/** Why this node's gradient cannot be had; undefined when it can. */
export function refusal(node: Node, graph: Differentiable): string | undefined {
  const entry = operatorEntry(node.op, node.domain);
  if (entry.kind === 'refused') return entry.reason;
  if (entry.kind === 'stop') return undefined;
  const view = new NodeView(node, graph);
  return view.isSized ? entry.refuses?.(view) : 'its size depends on the data.';
}

/**
 * All operators on a way from `wrt` to `of` (the graph's outputs, unless given) that cannot be differentiated, in topological order. A freeze line
 * behind the last one avoids them all.
 */
export function blockedNodes(
  graph: Differentiable,
  wrt: readonly string[],
  of: Iterable<string> = graph.outputs.map((output) => output.name),
): BlockedNode[] {
  const seen = withoutValuesOf(graph, wrt);
  const moving = dependents(graph, wrt);
  const reached = ancestors(graph, of);
  const blocked: BlockedNode[] = [];
  graph.nodes.forEach((node, position) => {
    const onTheWay =
      movers(node).some((name) => moving.has(name)) &&
      node.outputs.some((output) => moving.has(output) && reached.has(output));
    const reason = onTheWay ? refusal(node, seen) : undefined;
    if (reason !== undefined) blocked.push({ node, position, reason });
  });
  return blocked;
}

/** The first of `blockedNodes`. */
export function firstBlocked(
  graph: Differentiable,
  wrt: readonly string[],
  of?: Iterable<string>,
): BlockedNode | undefined {
  return blockedNodes(graph, wrt, of)[0];
}

/**
 * Appends the gradient of the scalar whose cotangents are given to `builder`, which must already hold the forward
 * nodes of the graph.
 *
 * @param seeds cotangent of each value the scalar is computed from, in that value's shape
 * @param wrt values whose gradient is wanted: inputs, initializers or intermediate values
 * @returns the name that holds each wanted gradient, in its value's shape; zeros where nothing depends on the value
 * @throws GraftError `compile.not-differentiable` for an operator on the way that has no gradient
 */
export function appendGradient(
  builder: GraphBuilder,
  whole: Differentiable,
  seeds: ReadonlyMap<string, string>,
  wrt: readonly string[],
): Map<string, string> {
  const graph = withoutValuesOf(whole, wrt);
  const blocked = firstBlocked(graph, wrt, seeds.keys());
  if (blocked) {
    const { node, reason } = blocked;
    throw new GraftError('compile.not-differentiable', {
      op: node.op,
      name: node.name || (node.outputs[0] ?? ''),
      reason,
    });
  }
  const moving = dependents(graph, wrt);
  const parts = new Map<string, string[]>();
  for (const [value, cotangent] of seeds) addPart(parts, value, cotangent);
  for (const node of graph.nodes.toReversed()) {
    const wanted = node.inputs.map(
      (input, position) => moving.has(input) && !isEmpty(graph, input) && carries(node, position),
    );
    const reached = node.outputs.some((output) => parts.has(output) && !isEmpty(graph, output));
    if (!wanted.includes(true) || !reached) continue;
    const cotangents = node.outputs.map((output) => total(builder, parts, output));
    const context = new GradientContext(node, graph, builder, cotangents, wanted);
    contributions(node, context).forEach((contribution, position) => {
      const input = node.inputs[position];
      if (contribution === undefined || !input || !wanted[position]) return;
      addPart(parts, input, reduced(builder, contribution, typeOf(graph, input)));
    });
  }
  return new Map(wrt.map((name) => [name, total(builder, parts, name) ?? zeros(builder, graph, name)]));
}

function contributions(node: Node, context: GradientContext): readonly Contribution[] {
  const entry = operatorEntry(node.op, node.domain);
  if (entry.kind === 'rule') return entry.gradient(context);
  throw new Error(`${node.op} should have been decomposed before the gradient is taken`);
}

function addPart(parts: Map<string, string[]>, value: string, part: string): void {
  const known = parts.get(value);
  if (known) known.push(part);
  else parts.set(value, [part]);
}

/** The sum of a value's cotangents so far, kept so that it is written once. */
function total(builder: GraphBuilder, parts: Map<string, string[]>, value: string): string | undefined {
  const known = parts.get(value);
  if (!known) return undefined;
  const sum = known.reduce((left, right) => builder.op('Add', [left, right]));
  parts.set(value, [sum]);
  return sum;
}

/** Sums a gradient over the axes its value was broadcast along. */
function reduced(
  builder: GraphBuilder,
  contribution: string | { value: string; shape: Shape },
  { dtype, shape }: TensorType,
): string {
  if (typeof contribution === 'string' || sameShape(contribution.shape, shape)) {
    return typeof contribution === 'string' ? contribution : contribution.value;
  }
  const axes = broadcastAxes(shape, contribution.shape);
  const lead = contribution.shape.length - shape.length;
  const sum = sumOver(builder, contribution.value, dtype, axes, lead === 0);
  const keptOnes = lead > 0 && axes.length > lead;
  return keptOnes ? builder.reshape(sum, shape) : sum;
}

/** Whether a value has no elements: nothing moves through it. */
function isEmpty(graph: Differentiable, name: string): boolean {
  return graph.types.get(name)?.shape.includes(0) ?? false;
}

function typeOf(graph: Differentiable, name: string): TensorType {
  const type = graph.types.get(name);
  if (!type) throw new Error(`the type of ${name} is not known`);
  return type;
}

function zeros(builder: GraphBuilder, graph: Differentiable, name: string): string {
  const type = graph.types.get(name);
  if (!type) throw new GraftError('compile.unknown-tensor', { name });
  return builder.expand(builder.scalar(type.dtype, 0), type.shape);
}
