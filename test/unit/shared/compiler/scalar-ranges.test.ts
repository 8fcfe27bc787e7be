import { expect, it } from 'vitest';
import { withScalarRanges } from '#shared/compiler/scalar-ranges.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';

it('makes what a Range counts to a scalar, where it may be a vector', () => {
  const builder = new GraphBuilder(17);
  builder.input('limit', 'int64', [1]);
  const range = builder.op('Range', [builder.scalar('int64', 0), 'limit', builder.scalar('int64', 1)]);
  builder.output(range, 'int64', [null], 'y');
  const graph = withScalarRanges(builder.build('g'));
  const [reshape, counted] = graph.nodes;
  expect(reshape).toMatchObject({ op: 'Reshape', inputs: ['limit', expect.any(String)] });
  expect(graph.initializers.get(reshape?.inputs[1] as string)?.shape).toEqual([0]);
  expect(counted?.inputs).toEqual(['const', reshape?.outputs[0], 'const_1']);
});

it('leaves a graph without one alone', () => {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [1]);
  builder.output(builder.op('Exp', ['x']), 'float32', [1], 'y');
  const graph = builder.build('g');
  expect(withScalarRanges(graph)).toBe(graph);
});
