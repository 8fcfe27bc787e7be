/** The types of values, asked of the oracle. */
import { sameShape } from '#shared/core/shape.ts';
import type { Graph, Model, ValueInfo } from '#shared/ir/graph.ts';
import { bytesOfType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { ValueTooLarge } from '#shared/messages/value-too-large.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';

/** Types of every value of a model with fixed inputs, by one question about the whole graph, and trial runs. */
export async function inferAll(model: Model, oracle: Oracle): Promise<Map<string, ValueInfo>> {
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
  requireRoom(types, oracle);
  requireSafety(model.graph, types);
  await settleByTrial(model, types, oracle);
  return types;
}

/** @throws GraftError `model.value-too-large` for the first value that this machine could not hold */
export function requireRoom(types: ReadonlyMap<string, ValueInfo>, { room }: Oracle): void {
  for (const info of types.values()) {
    if (info.unknown !== undefined || !isFixed(info)) continue;
    const needed = bytesOfType(info);
    // A size so large that it is no number any more is larger than that as well.
    if (!(needed <= room.value)) throw new ValueTooLarge({ name: info.name, needed, limit: room.value });
  }
}

/**
 * Before anything is run: onnxruntime 1.30 does not come back from an InstanceNormalization of maps without pixels
 * (docs/decisions/0048).
 *
 * @throws GraftError `model.refused`
 */
export function requireSafety(graph: Graph, types: ReadonlyMap<string, ValueInfo>): void {
  for (const { op, domain, name, inputs } of graph.nodes) {
    const shape = types.get(inputs[0] ?? '')?.shape;
    if (op !== 'InstanceNormalization' || domain !== '' || !shape?.slice(2).includes(0)) continue;
    const node = name === '' ? op : `${op} “${name}”`;
    throw new GraftError('model.refused', { reason: `${node} is given maps without pixels.` });
  }
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

export function isFixed(info: ValueInfo | undefined): info is Omit<ValueInfo, 'shape'> & { shape: readonly number[] } {
  return info !== undefined && info.shape.every((dimension) => typeof dimension === 'number' && dimension >= 0);
}
