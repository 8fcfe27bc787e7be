import { describe, expect, it } from 'vitest';
import {
  appendHead,
  appendPooling,
  initialHead,
  pooledFeatures,
  pooledWidth,
  type HeadSpec,
} from '#shared/compiler/head.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';

const spec: HeadSpec = { features: 16, hidden: [8], classes: 3, dropout: 0.25, seed: 1 };

describe('pooling', () => {
  it.each([
    [[7, 4, 4], 7, ['GlobalAveragePool', 'Flatten', 'Identity']],
    [[9, 7], 7, ['ReduceMean', 'Identity']],
    [[7], 7, ['Identity']],
  ])('features [%s] become vectors of %i', (shape, width, operators) => {
    expect(pooledWidth(shape)).toBe(width);
    const builder = new GraphBuilder(17);
    appendPooling(builder, 'maps', shape);
    expect(builder.nodes.map(({ op }) => op)).toEqual(operators);
    expect(builder.nodes.at(-1)?.outputs).toEqual([pooledFeatures]);
    expect(builder.nodes[0]?.inputs[0]).toBe('maps');
  });

  it('of tokens averages over them, not over channels', () => {
    const builder = new GraphBuilder(17);
    appendPooling(builder, 'tokens', [9, 7]);
    expect(builder.nodes[0]?.attributes).toEqual({
      axes: { type: 'ints', value: [1] },
      keepdims: { type: 'int', value: 0 },
    });
  });
});

describe('the layers', () => {
  it('are linear with Relu between, and dropout before each while training', () => {
    const operators = (training: boolean): string[] => {
      const builder = new GraphBuilder(17);
      const { dropouts } = appendHead(builder, spec, training);
      expect(dropouts).toEqual(
        training
          ? [
              { name: 'dropout/0', width: 16, rate: 0.25 },
              { name: 'dropout/1', width: 8, rate: 0.25 },
            ]
          : [],
      );
      expect(builder.inputs).toEqual(
        dropouts.map(({ name, width }) => ({ name, dtype: 'float32', shape: ['N', width] })),
      );
      return builder.nodes.map(({ op }) => op);
    };
    expect(operators(true)).toEqual(['Mul', 'Gemm', 'Relu', 'Mul', 'Gemm']);
    expect(operators(false)).toEqual(['Gemm', 'Relu', 'Gemm']);
  });

  it('have no dropout at a rate of 0', () => {
    const builder = new GraphBuilder(17);
    expect(appendHead(builder, { ...spec, dropout: 0 }, true).dropouts).toEqual([]);
    expect(builder.inputs).toEqual([]);
  });
});

describe('starting values', () => {
  const values = (head: ReadonlyMap<string, Tensor>, name: string): number[] => numbers(head.get(name) as Tensor);

  it('have the layers’ shapes', () => {
    expect([...initialHead(spec)].map(([name, { shape }]) => [name, shape])).toEqual([
      ['head/0/weight', [8, 16]],
      ['head/0/bias', [8]],
      ['head/1/weight', [3, 8]],
      ['head/1/bias', [3]],
    ]);
  });

  it('are uniform in ±1/√inputs, biases too', () => {
    const inputs = 40;
    const head = initialHead({ ...spec, features: inputs, hidden: [], classes: 1000 });
    for (const name of ['head/0/weight', 'head/0/bias']) {
      const drawn = values(head, name);
      const bound = 1 / Math.sqrt(inputs);
      expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...drawn)).toBeGreaterThan(0.9 * bound);
      expect(Math.min(...drawn)).toBeLessThan(-0.9 * bound);
      const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
      // Three standard errors of a uniform's mean.
      expect(Math.abs(mean)).toBeLessThan((3 * bound) / Math.sqrt(3 * drawn.length));
    }
  });

  it('depend on the seed and the layer, and on nothing else', () => {
    expect(initialHead(spec)).toEqual(initialHead({ ...spec, dropout: 0 }));
    expect(values(initialHead({ ...spec, seed: 2 }), 'head/0/bias')).not.toEqual(
      values(initialHead(spec), 'head/0/bias'),
    );
    const twins = initialHead({ ...spec, features: 8, hidden: [8], classes: 8 });
    expect(values(twins, 'head/0/weight')).not.toEqual(values(twins, 'head/1/weight'));
    expect(values(twins, 'head/0/weight').slice(0, 8)).not.toEqual(values(twins, 'head/0/bias'));
  });
});
