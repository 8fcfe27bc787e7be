/** Arbitrary models, for properties of everything that reads and writes them. Not models that would run. */
import fc from 'fast-check';
import type { Attribute, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { bytesPerElement, dtypes, type DType, type Tensor } from '#shared/ir/tensor.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const single = fc.float({ noNaN: true });
/** What a double can carry of int64; its ends are what exporters write for "to the end" and "from the start". */
const integer = fc.oneof(
  { weight: 4, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 63, -(2 ** 63)) },
);
const numericTypes = dtypes.filter((dtype) => dtype !== 'string');

const shape = fc.array(fc.nat(3), { maxLength: 3 });

const stringTensor: fc.Arbitrary<Tensor> = fc.array(text, { maxLength: 4 }).map((strings) => ({
  dtype: 'string' as const,
  shape: [strings.length],
  data: new Uint8Array(),
  strings,
}));

const numericTensor: fc.Arbitrary<Tensor> = fc.tuple(fc.constantFrom(...numericTypes), shape).chain(([dtype, dims]) => {
  const length = dims.reduce((product, size) => product * size, 1) * bytesPerElement(dtype);
  return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ dtype, shape: dims, data }));
});

const tensors: fc.Arbitrary<Tensor> = fc.oneof({ weight: 4, arbitrary: numericTensor }, stringTensor);

const dtype = fc.constantFrom<DType>(...dtypes);
const valueInfo: fc.Arbitrary<ValueInfo> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      name,
      dtype,
      shape: fc.array(fc.oneof(fc.nat(), name, fc.constant(null)), { maxLength: 4 }),
    }),
  },
  fc.record({ name, dtype, shape: fc.constant([]), unknown: fc.constant('shape' as const) }),
  name.map((one) => ({ name: one, dtype: 'float32' as const, shape: [], unknown: 'type' as const })),
);

const { graph } = fc.letrec<{ graph: Graph; attribute: Attribute; node: Node }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type: fc.constant('float' as const), value: single }),
    fc.record({ type: fc.constant('int' as const), value: integer }),
    fc.record({ type: fc.constant('string' as const), value: text }),
    fc.record({ type: fc.constant('floats' as const), value: fc.array(single, { maxLength: 4 }) }),
    fc.record({ type: fc.constant('ints' as const), value: fc.array(integer, { maxLength: 4 }) }),
    fc.record({ type: fc.constant('strings' as const), value: fc.array(text, { maxLength: 4 }) }),
    fc.record({ type: fc.constant('tensor' as const), value: tensors }),
    fc.record({ type: fc.constant('graph' as const), value: tie('graph') }),
  ),
  node: fc.record({
    name: text,
    op: name,
    domain: fc.constantFrom('', 'com.microsoft'),
    inputs: fc.array(text, { maxLength: 3 }),
    outputs: fc.array(text, { maxLength: 3 }),
    attributes: fc.dictionary(name, tie('attribute'), { maxKeys: 3 }),
  }),
  graph: fc.record({
    name: text,
    inputs: fc.array(valueInfo, { maxLength: 2 }),
    outputs: fc.array(valueInfo, { maxLength: 2 }),
    nodes: fc.array(tie('node'), { maxLength: 3 }),
    initializers: fc.array(fc.tuple(name, tensors), { maxLength: 3 }).map((entries) => new Map(entries)),
  }),
}));

/** Inputs that share a name with an initializer are dropped on reading, as IR version 3 wants; here there are none. */
function withoutTwins(one: Graph): Graph {
  return {
    ...one,
    inputs: one.inputs.filter((input) => !one.initializers.has(input.name)),
    nodes: one.nodes.map((node) => ({
      ...node,
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([key, attribute]) => [
          key,
          attribute.type === 'graph' ? { ...attribute, value: withoutTwins(attribute.value) } : attribute,
        ]),
      ),
    })),
  };
}

export const models: fc.Arbitrary<Model> = fc.record({
  graph: graph.map(withoutTwins),
  opsets: fc
    .tuple(fc.integer({ min: 13, max: 25 }), fc.boolean())
    .map(([version, microsoft]): Record<string, number> => ({
      '': version,
      ...(microsoft ? { 'com.microsoft': 1 } : {}),
    })),
  irVersion: fc.integer({ min: 3, max: 12 }),
  metadata: fc.dictionary(name, text, { maxKeys: 3 }),
});
