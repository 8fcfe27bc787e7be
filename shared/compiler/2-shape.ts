/**
 * Phase 2: fixes every shape. Sets the input dimensions, turns what depends on shapes and constants alone
 * into initializers, takes the branches that are decided, and asks the oracle for the type of everything that is left.
 */
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model, Node, TypedGraph, ValueInfo } from '#shared/ir/graph.ts';
import { int64Tensor, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { resolveBranches } from '#shared/compiler/branches.ts';
import { fold } from '#shared/compiler/folding.ts';
import { inferAll, isFixed, requireRoom, requireSafety } from '#shared/compiler/inference.ts';
import { withScalarRanges } from '#shared/compiler/scalar-ranges.ts';
import { timeFirst } from '#shared/compiler/time-first.ts';
import { definitions, withoutDead } from '#shared/compiler/subgraph.ts';

export interface TypedModel extends Model {
  readonly graph: TypedGraph;
}

/**
 * The first time that the runtime sees a model as it came: what it refuses is the model, and no fault of the compiler.
 *
 * @param inputShapes shape by input name
 * @param keep initializers that are to be trained: nothing that depends on them is folded
 * @throws GraftError `model.refused`, `model.size-depends-on-data`, `model.value-too-large`
 */
export async function fixShapes(
  model: Model,
  inputShapes: ReadonlyMap<string, Shape>,
  keep: readonly string[],
  oracle: Oracle,
): Promise<TypedModel> {
  try {
    return await withFixedShapes(model, inputShapes, keep, oracle);
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'run.session-failed') throw error;
    throw new GraftError('model.refused', {
      reason: error.cause instanceof Error ? error.cause.message : error.message,
    });
  }
}

async function withFixedShapes(
  model: Model,
  inputShapes: ReadonlyMap<string, Shape>,
  keep: readonly string[],
  oracle: Oracle,
): Promise<TypedModel> {
  const inputs = model.graph.inputs.map((input): ValueInfo => {
    const shape = inputShapes.get(input.name);
    return shape ? { name: input.name, dtype: input.dtype, shape } : input;
  });
  let current = withBranchesTaken(timeFirst({ ...model, graph: withScalarRanges({ ...model.graph, inputs }) }));
  let types: ReadonlyMap<string, ValueInfo> = new Map();
  for (;;) {
    const folded = await fold(current, types, keep, oracle);
    current = withBranchesTaken(folded.model);
    types = folded.types;
    if (current.graph.nodes.every((node) => node.outputs.every((name) => name === '' || types.has(name)))) break;
  }
  const own = typesOf(current.graph, types);
  requireRoom(own, oracle);
  requireSafety(current.graph, own);
  return {
    ...current,
    graph: { ...current.graph, outputs: typedOutputs(current.graph, own), types: settled(current, own) },
  };
}

/** Types of the values of a model with fixed inputs, as far as they can be settled; the outputs' always are. */
export async function inferTypes(model: Model, oracle: Oracle): Promise<Map<string, TensorType>> {
  return settled(model, await inferAll(model, oracle));
}

/** The model with the value of each Constant node as an initializer of the same name. */
export function constantsToInitializers(model: Model): Model {
  const initializers = new Map(model.graph.initializers);
  const nodes: Node[] = [];
  for (const node of model.graph.nodes) {
    const tensor = node.op === 'Constant' && node.domain === '' ? constantValue(node) : undefined;
    if (tensor) initializers.set(node.outputs[0] as string, tensor);
    else nodes.push(node);
  }
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

function constantValue(node: Node): Tensor | undefined {
  const { value, value_int: int, value_ints: ints, value_float: float, value_floats: floats } = node.attributes;
  const builder = new GraphBuilder(13);
  const made = (name: string): Tensor | undefined => builder.initializers.get(name);
  if (value?.type === 'tensor') return value.value;
  if (int?.type === 'int') return int64Tensor([], [int.value]);
  if (ints?.type === 'ints') return int64Tensor([ints.value.length], ints.value);
  if (float?.type === 'float') return made(builder.scalar('float32', float.value));
  if (floats?.type === 'floats') return made(builder.constant('float32', [floats.value.length], floats.value));
  return undefined;
}

/** The model without Constant nodes, without an If whose condition is known, and without what nothing needs. */
function withBranchesTaken(model: Model): Model {
  for (let current = constantsToInitializers(model); ;) {
    const graph = resolveBranches(current.graph);
    if (graph === current.graph) return { ...current, graph: withoutDead(graph) };
    current = constantsToInitializers({ ...model, graph });
  }
}

/** Those of the values this graph has, in its order. */
function typesOf(graph: Graph, types: ReadonlyMap<string, ValueInfo>): Map<string, ValueInfo> {
  return new Map([...definitions(graph)].map((name) => [name, types.get(name) as ValueInfo]));
}

function typedOutputs(graph: Graph, types: ReadonlyMap<string, ValueInfo>): ValueInfo[] {
  return graph.outputs.map((output) => ({ ...(types.get(output.name) ?? output), name: output.name }));
}

/**
 * The types that are settled. A value whose size depends on the data has none, nor has a sequence: such a value may be
 * in a part that is frozen, and phase 5 refuses it elsewhere.
 * @throws GraftError `model.size-depends-on-data` where it is a result
 */
function settled(model: Model, types: ReadonlyMap<string, ValueInfo>): Map<string, TensorType> {
  const open = [...types.values()].find((info) => info.unknown !== 'type' && !isFixed(info))?.name;
  if (open !== undefined && !model.graph.outputs.every(({ name }) => isFixed(types.get(name)))) {
    const node = model.graph.nodes.find((candidate) => candidate.outputs.includes(open));
    throw new GraftError('model.size-depends-on-data', { op: node?.op ?? 'input', name: node?.name || open });
  }
  const fixed = [...types].flatMap(([name, info]): [string, TensorType][] =>
    info.unknown === 'type' || !isFixed(info) ? [] : [[name, { dtype: info.dtype, shape: info.shape }]],
  );
  return new Map(fixed);
}
