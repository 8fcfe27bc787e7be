/** Models of any number of nodes, as an exporter or someone who means harm may write them: cheap to run, long to look at. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model, Node } from '#shared/ir/graph.ts';
import { filledTensor, float32Tensor, type Tensor } from '#shared/ir/tensor.ts';

const features = 8;

interface Parts {
  readonly builder: GraphBuilder;
  /** One value [N, 8] of each picture. */
  readonly start: string;
}

/** From a picture to features, by a convolution, a mean, and what `grow` makes of them. */
function model(grow: (parts: Parts) => string, opset = 17, arrange = (nodes: Node[]): Node[] => nodes): Model {
  const builder = new GraphBuilder(opset);
  const picture = builder.input('input', 'float32', ['N', 3, 8, 8]);
  const weight = builder.initializer('stem.weight', pattern([features, 3, 3, 3], 1));
  const maps = builder.op('Conv', [picture, weight], { pads: [1, 1, 1, 1] });
  const start = builder.op('Flatten', [builder.op('GlobalAveragePool', [maps])]);
  const end = grow({ builder, start });
  builder.output(end, 'float32', ['N', features], 'features');
  const graph = builder.build('large');
  return {
    graph: { ...graph, nodes: arrange([...graph.nodes]) },
    opsets: { '': opset },
    irVersion: 8,
    metadata: {},
  };
}

function pattern(shape: readonly number[], seed: number): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return float32Tensor(
    shape,
    Float32Array.from({ length }, (_, index) => Math.sin(index + seed) / 4),
  );
}

function repeated(size: number, start: string, step: (value: string, index: number) => string): string {
  let value = start;
  for (let index = 0; index < size; index++) value = step(value, index);
  return value;
}

/** A node under a name as PyTorch writes them. */
function named(builder: GraphBuilder, name: string, op: string, inputs: readonly string[]): string {
  const output = builder.op(op, inputs);
  builder.nodes.push({ ...(builder.nodes.pop() as Node), name });
  return output;
}

const relus = (size: number, opset = 17, arrange?: (nodes: Node[]) => Node[]): Model =>
  model(({ builder, start }) => repeated(size, start, (value) => builder.op('Relu', [value])), opset, arrange);

/** `levels` If nodes in each other, each of whose branches reads the value outside. */
function nestedBranches(builder: GraphBuilder, start: string, levels: number, condition: string): string {
  const within = (level: number): Graph => {
    const inner = builder.body();
    const value = level === 0 ? inner.op('Relu', [start]) : branch(inner, level - 1);
    inner.outputs.push({ name: value, dtype: 'float32', shape: [], unknown: 'type' });
    return inner.build(`level ${level}`);
  };
  const branch = (into: GraphBuilder, level: number): string =>
    into.op('If', [condition], {
      then_branch: { type: 'graph', value: within(level) },
      else_branch: { type: 'graph', value: elseBranch(into) },
    });
  const elseBranch = (outer: GraphBuilder): Graph => {
    const inner = outer.body();
    inner.outputs.push({ name: inner.op('Neg', [start]), dtype: 'float32', shape: [], unknown: 'type' });
    return inner.build('else');
  };
  return branch(builder, levels - 1);
}

/** By what they are made of, each of about `size` nodes. */
export const largeModels = {
  relus: (size: number) => relus(size),
  /** Of an operator set whose Softmax asks for the rank of what comes in. */
  old: (size: number) =>
    model(
      ({ builder, start }) => builder.op('Softmax', [repeated(size, start, (value) => builder.op('Relu', [value]))]),
      9,
    ),
  /** A file whose nodes stand in the wrong order. */
  reversed: (size: number) => relus(size, 17, (nodes) => nodes.toReversed()),
  constants: (size: number) =>
    model(({ builder, start }) =>
      repeated(size, start, (value, index) =>
        builder.op('Add', [value, builder.initializer(`bias${index}`, filledTensor([features], index / size))]),
      ),
    ),
  /** A weight before every node, each in a module of its own: as many stages as layers. */
  layers: (size: number) =>
    model(({ builder, start }) =>
      repeated(size / 2, start, (value, index) => {
        const weight = builder.initializer(`layer${index}.weight`, pattern([features, features], index));
        return builder.op('Relu', [named(builder, `/layer${index}/MatMul`, 'MatMul', [value, weight])]);
      }),
    ),
  /** As many branches, all of which come together in one node. */
  fan: (size: number) =>
    model(({ builder, start }) =>
      builder.op(
        'Sum',
        Array.from({ length: size }, () => builder.op('Relu', [start])),
      ),
    ),
  /** Branches that come together again, one after another: the ways through double with each. */
  diamonds: (size: number) =>
    model(({ builder, start }) =>
      repeated(size / 3, start, (value) =>
        builder.op('Add', [builder.op('Relu', [value]), builder.op('Neg', [value])]),
      ),
    ),
  /** A weight behind a long chain of what exporters put before a weight's use. */
  passages: (size: number) =>
    model(({ builder, start }) => {
      const stored = builder.initializer('head.weight', pattern([features, features], 3));
      return builder.op('MatMul', [start, repeated(size, stored, (value) => builder.op('Identity', [value]))]);
    }),
  /** A weight of a recurrent layer that is put together from its own halves again and again. */
  halves: (size: number) =>
    model(({ builder, start }) => {
      const stored = builder.initializer('gate.weight', pattern([1, 1], 3));
      const grown = repeated(size, stored, (value) =>
        builder.slice(builder.op('Concat', [value, value], { axis: 0 }), [0], [0], [1]),
      );
      return builder.op('Mul', [start, builder.op('ReduceSum', [grown], { keepdims: 0 })]);
    }),
  /** Sizes asked for and put back, again and again. */
  shapes: (size: number) =>
    model(({ builder, start }) =>
      repeated(size / 5, start, (value) => {
        const shape = builder.op('Shape', [value]);
        const first = builder.op('Gather', [shape, builder.ints([0])]);
        const sizes = builder.op('Concat', [first, builder.ints([features])], { axis: 0 });
        return builder.op('Relu', [builder.op('Reshape', [value, sizes])]);
      }),
    ),
  /** Branches whose conditions are stored. */
  decided: (size: number) =>
    model(({ builder, start }) => {
      const condition = builder.constant('bool', [], [1]);
      return repeated(size / 2, start, (value) => nestedBranches(builder, value, 1, condition));
    }),
  /** Branches whose conditions are computed. */
  branches: (size: number) =>
    model(({ builder, start }) => {
      const sum = builder.op('ReduceSum', [start], { keepdims: 0 });
      const condition = builder.op('Greater', [sum, builder.scalar('float32', 0)]);
      return repeated(size / 3, start, (value) => nestedBranches(builder, value, 1, condition));
    }),
} as const;

/** One branch within another, so many levels deep. */
export function nestedModel(levels: number): Model {
  return model(({ builder, start }) => {
    const sum = builder.op('ReduceSum', [start], { keepdims: 0 });
    const condition = builder.op('Greater', [sum, builder.scalar('float32', 0)]);
    return nestedBranches(builder, start, levels, condition);
  });
}
