/**
 * Phase 2: fixes every shape. Sets the input dimensions, turns what depends on shapes and constants alone
 * into initializers, takes the branches that are decided, and asks the oracle for the type of everything that is left.
 */
import { sameShape, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { reads, type Graph, type Model, type Node, type TypedGraph, type ValueInfo } from '#shared/ir/graph.ts';
import { int64Tensor, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { resolveBranches } from '#shared/compiler/branches.ts';
import { withScalarRanges } from '#shared/compiler/scalar-ranges.ts';
import { timeFirst } from '#shared/compiler/time-first.ts';
import { ancestors } from '#shared/compiler/subgraph.ts';

export interface TypedModel extends Model {
  readonly graph: TypedGraph;
}

/** Operators that give something else on each run; never folded. */
export const impure: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
  'Dropout',
]);

/**
 * @param inputShapes shape by input name
 * @param keep initializers that are to be trained: nothing that depends on them is folded
 */
export async function fixShapes(
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
  let types = await inferAll(current, oracle);
  // Folding shape arithmetic may reveal further shapes (Reshape to a computed shape); each round removes a node.
  for (;;) {
    const folded = await foldStatic(current, types, keep, oracle);
    if (!folded) break;
    current = withBranchesTaken(folded);
    types = await inferAll(current, oracle);
  }
  return {
    ...current,
    graph: { ...current.graph, outputs: typedOutputs(current.graph, types), types: settled(current, types) },
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
  const constant = constantsToInitializers(model);
  const graph = resolveBranches(constant.graph);
  return graph === constant.graph ? withoutDeadNodes(constant) : withBranchesTaken({ ...model, graph });
}

function withoutDeadNodes(model: Model): Model {
  const needed = ancestors(
    model.graph,
    model.graph.outputs.map((output) => output.name),
  );
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.filter((node) => needed.nodes.has(node)),
      initializers: new Map([...model.graph.initializers].filter(([name]) => needed.values.has(name))),
    },
  };
}

async function inferAll(model: Model, oracle: Oracle): Promise<Map<string, ValueInfo>> {
  const values = model.graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
  const types = await oracle.infer({ ...model, graph: { ...model.graph, outputs: [] } }, values);
  for (const input of model.graph.inputs) types.set(input.name, input);
  for (const [name, tensor] of model.graph.initializers)
    types.set(name, { name, dtype: tensor.dtype, shape: tensor.shape });
  // Where a size follows from a value that comes with the input, what the model says of its outputs settles it.
  for (const output of model.graph.outputs) {
    const inferred = types.get(output.name);
    if (output.unknown === undefined && isFixed(output) && inferred && !isFixed(inferred) && agrees(output, inferred))
      types.set(output.name, output);
  }
  await settleByTrial(model, types, oracle);
  return types;
}

/** Whether a declared shape says the same as what is known of it; a single unknown size stands for any rank. */
function agrees({ shape: declared }: ValueInfo, { shape: known }: ValueInfo): boolean {
  if (known.length === 1 && known[0] === null) return true;
  return (
    known.length === declared.length && known.every((size, axis) => typeof size !== 'number' || size === declared[axis])
  );
}

/**
 * Settles sizes that inference leaves open although they never change, as behind a Loop: what two runs on quite
 * different input agree on. Sizes that depend on the data differ between all zeros and not.
 */
async function settleByTrial(model: Model, types: Map<string, ValueInfo>, oracle: Oracle): Promise<void> {
  const open = [...types.values()]
    .filter((info) => info.unknown === undefined && !isFixed(info))
    .map(({ name }) => name);
  if (open.length === 0 || !model.graph.inputs.every(isFixed)) return;
  const bare: Model = { ...model, graph: { ...model.graph, outputs: [] } };
  const zeros = await oracle.observe(bare, open, 'zeros');
  const mixed = zeros && (await oracle.observe(bare, open, 'mixed'));
  for (const name of mixed ? open : []) {
    const [first, second] = [zeros?.get(name), mixed?.get(name)];
    if (first && second && sameShape(first.shape, second.shape)) types.set(name, { name, ...first });
  }
}

function isFixed(info: ValueInfo | undefined): info is Omit<ValueInfo, 'shape'> & { shape: readonly number[] } {
  return info !== undefined && info.shape.every((dimension) => typeof dimension === 'number' && dimension >= 0);
}

/** One round of folding; undefined when there is nothing to fold. */
async function foldStatic(
  model: Model,
  types: ReadonlyMap<string, ValueInfo>,
  keep: readonly string[],
  oracle: Oracle,
): Promise<Model | undefined> {
  const kept = new Set(keep);
  const known = new Set([...model.graph.initializers.keys()].filter((name) => !kept.has(name)));
  const folded: Node[] = [];
  const initializers = new Map(model.graph.initializers);
  for (const node of model.graph.nodes) {
    const shape = shapeValue(node, types);
    const output = node.outputs[0] as string;
    if (shape) initializers.set(output, shape);
    else if (impure.has(node.op) || !reads(node).every((name) => known.has(name))) continue;
    folded.push(node);
    for (const name of node.outputs) if (name) known.add(name);
  }
  if (folded.length === 0) return undefined;
  const toRun = folded.filter((node) => !initializers.has(node.outputs[0] as string));
  if (toRun.length > 0) {
    const values = toRun.flatMap((node) => node.outputs).filter((name) => name !== '');
    const graph: Graph = {
      name: 'constants',
      inputs: [],
      outputs: [],
      nodes: toRun,
      initializers: usedBy(toRun, initializers),
    };
    for (const [name, tensor] of await oracle.evaluate({ ...model, graph }, values)) initializers.set(name, tensor);
  }
  const gone = new Set(folded);
  return {
    ...model,
    graph: { ...model.graph, nodes: model.graph.nodes.filter((node) => !gone.has(node)), initializers },
  };
}

function usedBy(nodes: readonly Node[], initializers: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const names = new Set(nodes.flatMap(reads));
  return new Map([...initializers].filter(([name]) => names.has(name)));
}

/** The value of a Shape or Size node whose input's shape is settled. */
function shapeValue(node: Node, types: ReadonlyMap<string, ValueInfo>): Tensor | undefined {
  if (node.domain !== '' || (node.op !== 'Shape' && node.op !== 'Size')) return undefined;
  const info = types.get(node.inputs[0] as string);
  if (!isFixed(info)) return undefined;
  if (node.op === 'Size') return int64Tensor([], [info.shape.reduce((product, size) => product * size, 1)]);
  const { start, end } = node.attributes;
  const part = info.shape.slice(start?.type === 'int' ? start.value : 0, end?.type === 'int' ? end.value : undefined);
  return int64Tensor([part.length], part);
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
