import { describe, expect, it } from 'vitest';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import { recompute, type Recomputed } from '#shared/compiler/checkpoint.ts';
import { peakMemory } from '#shared/compiler/memory.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { reads, type Graph, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor, type TensorType } from '#shared/ir/tensor.ts';

const type: TensorType = { dtype: 'float32', shape: [4] };

interface Training {
  readonly graph: Graph;
  readonly forward: TypedGraph;
}

/** A forward pass of values of one type, and behind it the gradient of its output with respect to `weight`. */
function training(build: (builder: GraphBuilder, x: string, weight: string) => string): Training {
  const own = new GraphBuilder(17);
  own.input('x', 'float32', [4]);
  own.initializer('weight', float32Tensor([4], new Float32Array(4)));
  const output = build(own, 'x', 'weight');
  own.outputs.push({ name: output, dtype: 'float32', shape: [4] });
  const model = own.build('forward');
  const names = ['x', 'weight', ...model.nodes.flatMap(({ outputs }) => outputs)];
  const forward = { ...model, types: new Map(names.map((name) => [name, type])) };
  const builder = new GraphBuilder(17);
  builder.reserve(model);
  for (const name of ['x', 'weight', 'seed']) builder.input(name, 'float32', [4]);
  for (const node of model.nodes) builder.append(node);
  const gradients = appendGradient(builder, forward, new Map([[output, 'seed']]), ['weight']);
  builder.output(gradients.get('weight') as string, 'float32', [4], 'gradient');
  return { graph: builder.build('training'), forward };
}

/** w·x through as many Tanh as asked for; the rule of Tanh reads its output. */
const chain = (length: number): Training =>
  training((g, x, weight) => {
    let value = g.op('Mul', [x, weight]);
    for (let layer = 0; layer < length; layer++) value = g.op('Tanh', [value]);
    return value;
  });

function again({ graph, forward }: Training, cuts: readonly number[]): Recomputed {
  const made = recompute(graph, forward, cuts, 17);
  expect(violations({ graph: made.graph, opsets: { '': 17 }, irVersion: 8, metadata: {} })).toEqual([]);
  return made;
}

const opsOf = (nodes: readonly Node[]): string[] => nodes.map(({ op }) => op);

describe('recompute', () => {
  it('repeats what the backward pass reads before a cut, and nothing else', () => {
    const one = chain(5);
    // Mul, Tanh, Tanh | Tanh, Tanh, Tanh: the second Tanh is kept, and only the first is asked for.
    const { repeated, originals, graph } = again(one, [3]);
    expect(opsOf(repeated)).toEqual(['Mul', 'Tanh']);
    expect(repeated).toEqual(one.forward.nodes.slice(0, 2));
    const copy = [...originals].find(([, original]) => original === 'tanh')?.[0] as string;
    const readers = graph.nodes.filter((node) => reads(node).includes(copy));
    expect(readers.length).toBeGreaterThan(0);
    for (const node of readers) expect(one.forward.nodes).not.toContain(node);
  });

  it('leaves the forward pass and the interface as they are', () => {
    const one = chain(5);
    const { graph } = again(one, [2, 4]);
    expect(graph.nodes.slice(0, 6)).toEqual(one.graph.nodes.slice(0, 6));
    expect([graph.inputs, graph.outputs]).toEqual([one.graph.inputs, one.graph.outputs]);
  });

  it('lets nothing in before what is behind the segment is done', () => {
    const one = chain(5);
    const { graph, repeated } = again(one, [3]);
    const copies = graph.nodes.filter((node) => node.outputs[0]?.startsWith('again/'));
    expect(copies).toHaveLength(repeated.length);
    const made = new Map(graph.nodes.map((node) => [node.outputs[0] as string, node]));
    const ancestors = (name: string): string[] => [name, ...(made.get(name)?.inputs ?? []).flatMap(ancestors)];
    // The cotangent that reaches the segment comes from the seed.
    for (const copy of copies) expect(ancestors(copy.outputs[0] as string)).toContain('seed');
  });

  it('never draws random numbers twice, nor turns a weight around twice', () => {
    const one = training((g, x, weight) => {
      const turned = g.op('Neg', [weight]);
      const noise = g.op('RandomNormalLike', [x]);
      const mixed = g.op('Mul', [g.op('Mul', [g.op('Exp', [x]), turned]), noise]);
      return g.op('Tanh', [g.op('Tanh', [mixed])]);
    });
    const { repeated } = again(one, [5]);
    expect(opsOf(repeated)).not.toContain('RandomNormalLike');
    expect(opsOf(repeated)).not.toContain('Neg');
    expect(opsOf(repeated)).toContain('Exp');
  });

  it('keeps a value that would have fewer readers the second time', () => {
    const one = training((g, x, weight) => {
      const fork = g.op('Sub', [g.op('Mul', [x, weight]), weight]);
      const [left, right] = [g.op('Tanh', [g.op('Tanh', [fork])]), g.op('Neg', [fork])];
      return g.op('Tanh', [g.op('Tanh', [g.op('Add', [left, right])])]);
    });
    // Both Tanh are asked for, and the fork would be made for them alone.
    expect(opsOf(again(one, [6]).repeated)).toEqual(['Tanh', 'Tanh']);
  });

  it('needs less memory the deeper the model is', () => {
    const peaks = (length: number, cuts: readonly number[]): [number, number] => {
      const one = chain(length);
      const { graph, originals } = again(one, cuts);
      const types = new Map<string, TensorType>(one.forward.types);
      for (const name of one.graph.nodes.flatMap(({ outputs }) => outputs)) types.set(name, type);
      types.set('seed', type);
      for (const name of originals.keys()) types.set(name, type);
      return [peakMemory(one.graph, types), peakMemory(graph, types)];
    };
    const [whole, cut] = peaks(64, [8, 16, 24, 32, 40, 48, 56]);
    // Of 64 values, 7 and those of one segment are left.
    expect(whole).toBeGreaterThan(64 * 16);
    expect(cut).toBeLessThan(28 * 16);
  });
});
