import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBlocked } from '#shared/compiler/5-grad.ts';
import { blockedByStage } from '#shared/compiler/blocked-stages.ts';
import { findStages } from '#shared/compiler/stages.ts';
import { extract } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { shapeless, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';
import { operationsOf } from '#test/support/counted.ts';

/** What it means: the first node that blocks the part of the graph behind each cut. */
function slowly(graph: TypedGraph): (Node | undefined)[] {
  return findStages(graph, 'input', 'output').map(({ tensor }) => {
    const model = { graph, opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const suffix = extract(model, [shapeless(tensor)], [shapeless('output')]).graph;
    return firstBlocked({ ...suffix, types: graph.types }, trainableInitializers(suffix), ['output'])?.node;
  });
}

function quickly(graph: TypedGraph): (Node | undefined)[] {
  return blockedByStage(graph, findStages(graph, 'input', 'output'), 'input', 'output');
}

/** What a layer begins with, and what may come behind it; the last ones have no gradient. */
const openers = ['Conv', 'MatMul', 'Add', 'Gather'] as const;
const others = ['Relu', 'Identity', 'Add', 'Mul', 'Shape', 'Round', 'NoSuchOperator', 'Det2'] as const;

interface Layer {
  readonly opener: (typeof openers)[number];
  /** Of a layer before that has the same weight. */
  readonly shared: number;
  readonly between: boolean;
  readonly behind: readonly (readonly [op: (typeof others)[number], other: number])[];
}

/** Layers in modules of their own, with ways around some of them. */
function graphOf(layers: readonly Layer[]): TypedGraph {
  const builder = new GraphBuilder(17);
  const values = [builder.input('input', 'float32', [2, 2])];
  const pick = (index: number): string => values.at(-1 - (index % Math.min(values.length, 4))) as string;
  layers.forEach(({ opener, shared, between, behind }, index) => {
    const own = shared % 5 === 0 && index > 0 ? `w${shared % index}` : `w${index}`;
    if (!builder.initializers.has(own)) builder.initializer(own, float32Tensor([2, 2], [1, 2, 3, 5 + index]));
    const weight = between ? builder.op('Transpose', [own]) : own;
    const inputs = opener === 'Gather' ? [weight, values.at(-1) as string] : [values.at(-1) as string, weight];
    values.push(builder.op(opener, inputs));
    builder.nodes.push({ ...(builder.nodes.pop() as Node), name: `/layer${index}/${opener}` });
    for (const [op, other] of behind) {
      const binary = op === 'Add' || op === 'Mul';
      values.push(builder.op(op, binary ? [values.at(-1) as string, pick(other)] : [values.at(-1) as string]));
    }
  });
  builder.output(values.at(-1) as string, 'float32', [2, 2], 'output');
  const graph = builder.build('g');
  const names = ['input', ...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)];
  const whole = new Set(graph.nodes.filter(({ op }) => op === 'Shape').flatMap(({ outputs }) => outputs));
  return {
    ...graph,
    types: new Map(names.map((name) => [name, { dtype: whole.has(name) ? 'int64' : 'float32', shape: [2, 2] }])),
  };
}

const layer: fc.Arbitrary<Layer> = fc.record({
  opener: fc.constantFrom(...openers),
  shared: fc.nat(30),
  between: fc.boolean(),
  behind: fc.array(
    fc.tuple(
      fc.oneof({ arbitrary: fc.constantFrom('Relu' as const), weight: 4 }, fc.constantFrom(...others)),
      fc.nat(9),
    ),
    { maxLength: 3 },
  ),
});

describe('stages that cannot be trained from', () => {
  it('are those behind whose cut something has no gradient', () => {
    const met = { blocked: 0, free: 0 };
    fc.assert(
      fc.property(fc.array(layer, { minLength: 3, maxLength: 9 }), (layers) => {
        const graph = graphOf(layers);
        const expected = slowly(graph);
        expect(quickly(graph)).toEqual(expected);
        for (const node of expected) met[node ? 'blocked' : 'free']++;
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(met.blocked, met.free)).toBeGreaterThan(500);
  });

  it('are found by going through the graph once, however many there are', () => {
    const plain = (count: number): TypedGraph =>
      graphOf(
        Array.from({ length: count }, () => ({ opener: 'MatMul', shared: 1, between: false, behind: [['Round', 0]] })),
      );
    const [small, large] = [200, 400].map((count) => {
      const graph = plain(count);
      return operationsOf(() => expect(quickly(graph)).toHaveLength(count));
    }) as [number, number];
    expect(large).toBeLessThan(2.3 * small);
  });
});
