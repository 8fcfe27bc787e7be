/** Bytes are counted by hand: float32 [4] is 16 of them. */
import { describe, expect, it } from 'vitest';
import { executionOrder, peakMemory } from '#shared/compiler/memory.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { float32Tensor, type TensorType } from '#shared/ir/tensor.ts';

const small: TensorType = { dtype: 'float32', shape: [4] };
const large: TensorType = { dtype: 'float32', shape: [10, 4] };

/** Peak of what `build` makes of `x`; every value it makes is `small`, but for those in `types`. */
function peakOf(
  build: (builder: GraphBuilder, x: string) => string,
  types: Readonly<Record<string, TensorType>> = {},
): number {
  const builder = new GraphBuilder(17);
  const output = build(builder, builder.input('x', 'float32', [4]));
  builder.outputs.push({ name: output, dtype: 'float32', shape: [4] });
  const graph = builder.build('graph');
  const all = new Map<string, TensorType>([['x', small], ...graph.initializers]);
  for (const name of graph.nodes.flatMap(({ outputs }) => outputs)) all.set(name, types[name] ?? small);
  return peakMemory(graph, all);
}

describe('the peak of', () => {
  it('a chain is its input and two values next to each other', () => {
    expect(peakOf((g, x) => g.op('Relu', [g.op('Relu', [g.op('Relu', [x])])]))).toBe(16 + 32);
  });

  it('a value kept for later counts until it is read', () => {
    // x, kept, and two of the chain; then x, kept, the end of the chain, and the sum.
    const peak = peakOf((g, x) => {
      const kept = g.op('Relu', [x]);
      return g.op('Add', [g.op('Relu', [g.op('Relu', [g.op('Relu', [kept])])]), kept]);
    });
    expect(peak).toBe(16 + 16 + 32);
  });

  it('a large value in the middle is found there', () => {
    const peak = peakOf((g, x) => g.op('ReduceSum', [g.op('Expand', [g.op('Relu', [x])])]), { expand: large });
    expect(peak).toBe(16 + 16 + 160);
  });

  it('a reshaped value takes no memory, and keeps what it shows', () => {
    const shapes = 2 * 8;
    // x, the shown value, the chain's two.
    const peak = peakOf((g, x) => {
      const shown = g.reshape(g.op('Relu', [x]), [2, 2]);
      return g.op('Add', [g.op('Relu', [g.op('Relu', [shown])]), shown]);
    });
    expect(peak).toBe(16 + shapes + 16 + 32);
  });

  it('weights count all the time, and outputs from when they are made', () => {
    const peak = peakOf((g, x) => {
      const weight = g.initializer('weight', float32Tensor([10, 4], new Float32Array(40)));
      const early = g.op('Mul', [x, weight]);
      g.outputs.push({ name: early, dtype: 'float32', shape: [4] });
      return g.op('Relu', [g.op('Relu', [g.op('Relu', [early])])]);
    });
    expect(peak).toBe(16 + 160 + 16 + 32);
  });

  it('a value that nothing reads is gone at once', () => {
    const peak = peakOf((g, x) => {
      const output = g.op('Relu', [x]);
      // Made first, since it comes last.
      g.op('Neg', [x]);
      return output;
    });
    expect(peak).toBe(16 + 16);
  });
});

describe('the runtime', () => {
  const orderOf = (build: (builder: GraphBuilder) => void): string[] => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [4]);
    build(builder);
    return executionOrder(builder.build('graph')).map(({ op }) => op);
  };

  it('makes the last of what nobody reads first', () => {
    const order = orderOf((g) => {
      const shared = g.op('Relu', ['x']);
      g.op('Neg', [shared]);
      g.op('Abs', [shared]);
    });
    expect(order).toEqual(['Relu', 'Abs', 'Neg']);
  });

  it('makes the latest input of a node first, with all it needs', () => {
    const order = orderOf((g) => {
      const early = g.op('Neg', [g.op('Exp', ['x'])]);
      g.op('Sub', [g.op('Abs', [g.op('Relu', ['x'])]), early]);
    });
    expect(order).toEqual(['Relu', 'Abs', 'Exp', 'Neg', 'Sub']);
  });
});
