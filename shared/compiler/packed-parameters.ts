/**
 * Small parameters carried as one vector. A graphics card takes some ten microseconds to begin a kernel, however little
 * there is to do in it. An optimizer that looks at each element by itself gives a vector of all parameters the numbers
 * that it gives each parameter, in as many kernels as for one.
 */
import { stateName, type ParameterGroup, type ParameterTypes, type StateSlot } from '#shared/compiler/6-update.ts';
import { optimizerRule } from '#shared/compiler/optimizers/registry.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { bytesPerElement, type Tensor, type TensorType } from '#shared/ir/tensor.ts';

interface Member {
  readonly name: string;
  readonly shape: Shape;
}

/** Values one behind the other in a float32 vector, in this order. */
export interface Pack {
  readonly name: string;
  readonly members: readonly Member[];
}

/** Elements of a parameter that still counts as small: what is passed over then takes less than beginning to. */
const largestMember = 2 ** 18;
/** Elements of a vector, a quarter of what every WebGPU device takes as one value. */
const largestPack = 2 ** 23;
/** A kernel of WebGPU has eight buffers at least: one to read here. */
const mostParts = 7;

/** What can be carried together in a step: parameters of one group, for an optimizer of elements. */
export function packsOf(spec: OptimizerSpec, groups: readonly ParameterGroup[], types: ParameterTypes): Pack[] {
  const all = groups.flatMap(({ parameters }) => parameters);
  // State is then of that type, too.
  const isWide = all.some((name) => types.get(name)?.dtype === 'float64');
  if (isWide || !optimizerRule(spec.kind).isElementwise) return [];
  const packs: Pack[] = [];
  let count = 0;
  const fresh = (): string => {
    const name = `packed/${count++}`;
    return types.has(name) ? fresh() : name;
  };
  for (const { parameters } of groups) {
    const small = parameters
      .map((name) => ({ name, ...(types.get(name) as TensorType) }))
      .filter(({ dtype, shape }) => dtype === 'float32' && elementCount(shape) <= largestMember);
    for (const members of vectorsOf(small)) {
      if (members.length > 1) packs.push({ name: fresh(), members });
    }
  }
  return packs;
}

function vectorsOf(small: readonly Member[]): Member[][] {
  const vectors: Member[][] = [];
  let room = 0;
  for (const { name, shape } of small) {
    const size = elementCount(shape);
    if (size > room) {
      vectors.push([]);
      room = largestPack;
    }
    vectors.at(-1)?.push({ name, shape });
    room -= size;
  }
  return vectors;
}

/** The groups as what carries parameters sees them, each pack in place of its members. */
export function packedGroups(groups: readonly ParameterGroup[], packs: readonly Pack[]): ParameterGroup[] {
  const packOf = new Map(packs.flatMap(({ name, members }) => members.map((member) => [member.name, name])));
  return groups.map((group) => ({
    ...group,
    parameters: [...new Set(group.parameters.map((name) => packOf.get(name) ?? name))],
  }));
}

/** The types of all values, and of packs. */
export function packedTypes(types: ParameterTypes, packs: readonly Pack[]): ParameterTypes {
  return new Map([...types, ...packs.map((pack): [string, TensorType] => [pack.name, typeOf(pack)])]);
}

function typeOf({ members }: Pack): TensorType {
  return { dtype: 'float32', shape: [members.reduce((sum, { shape }) => sum + elementCount(shape), 0)] };
}

/** Takes members out of their packs, which are inputs of the builder, each under its own name. */
export function appendMembers(builder: GraphBuilder, packs: readonly Pack[]): void {
  for (const { name, members } of packs) {
    const sizes = members.map(({ shape }) => elementCount(shape));
    partsOf(builder, name, sizes).forEach((part, index) => {
      const member = members[index] as Member;
      builder.append({
        name: '',
        op: 'Reshape',
        domain: '',
        inputs: [part, builder.ints(member.shape)],
        outputs: [member.name],
        attributes: {},
      });
    });
  }
}

/** Parts of these sizes, a few at a time. */
function partsOf(builder: GraphBuilder, vector: string, sizes: readonly number[]): string[] {
  if (sizes.length === 1) return [vector];
  let each = 1;
  while (each * mostParts < sizes.length) each *= mostParts;
  const groups = Array.from({ length: Math.ceil(sizes.length / each) }, (_, index) =>
    sizes.slice(index * each, (index + 1) * each),
  );
  const lengths = groups.map((group) => group.reduce((sum, size) => sum + size, 0));
  const parts = builder.opN('Split', [vector, builder.ints(lengths)], groups.length, { axis: 0 });
  return groups.flatMap((group, index) => partsOf(builder, parts[index] as string, group));
}

/** Gradients by what is carried: those of a pack's members as one vector. */
export function packedGradients(
  builder: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  packs: readonly Pack[],
): Map<string, string> {
  const rest = new Map(gradients);
  for (const { name, members } of packs) {
    const flat = members.map((member) => builder.reshape(rest.get(member.name) as string, [-1]));
    for (const member of members) rest.delete(member.name);
    rest.set(name, builder.op('Concat', flat, { axis: 0 }));
  }
  return rest;
}

/** The packs themselves and those of their slots: every vector that a step carries. */
export function carriedPacks(packs: readonly Pack[], slots: readonly StateSlot[]): Pack[] {
  const ofSlots = slots.flatMap(({ name, parameter, slot }): Pack[] => {
    const pack = packs.find((one) => one.name === parameter);
    if (!pack) return [];
    return [{ name, members: pack.members.map((member) => ({ ...member, name: stateName(member.name, slot) })) }];
  });
  return [...packs, ...ofSlots];
}

/** Each pack in place of its members, where these are among the values. */
export function packed(values: ReadonlyMap<string, Tensor>, packs: readonly Pack[]): Map<string, Tensor> {
  const result = new Map(values);
  for (const one of packs) {
    const tensors = one.members.flatMap(({ name }) => values.get(name) ?? []);
    if (tensors.length === 0) continue;
    if (tensors.length < one.members.length) throw new Error(`${one.name} is given in part`);
    for (const { name } of one.members) result.delete(name);
    result.set(one.name, { ...typeOf(one), data: joined(tensors.map(({ data }) => data)) });
  }
  return result;
}

/** Members in place of their packs, where these are among the values; views of the same bytes. */
export function unpacked(values: ReadonlyMap<string, Tensor>, packs: readonly Pack[]): Map<string, Tensor> {
  const result = new Map(values);
  for (const { name, members } of packs) {
    const whole = values.get(name);
    if (!whole) continue;
    result.delete(name);
    let start = 0;
    for (const member of members) {
      const end = start + elementCount(member.shape) * bytesPerElement('float32');
      result.set(member.name, { dtype: 'float32', shape: member.shape, data: whole.data.subarray(start, end) });
      start = end;
    }
  }
  return result;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.byteLength;
  }
  return whole;
}
