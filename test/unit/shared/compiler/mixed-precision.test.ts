import { expect, test } from 'vitest';
import { inHalf } from '#shared/compiler/mixed-precision.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { printGraph } from '#shared/ir/print.ts';
import { float32Tensor, numbers, type Tensor, type TensorType } from '#shared/ir/tensor.ts';

/** Every value is of float32 and has the same shape: the pass looks at types, not at shapes. */
function typed(
  build: (builder: GraphBuilder) => string,
  others: ReadonlyMap<string, TensorType> = new Map(),
): TypedModel {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, 2]);
  const output = build(builder);
  builder.outputs.push({ name: output, dtype: 'float32', shape: [2, 2] });
  const graph = builder.build('test');
  const names = ['x', ...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)];
  const types = new Map(names.map((name) => [name, others.get(name) ?? { dtype: 'float32' as const, shape: [2, 2] }]));
  return { graph: { ...graph, types }, opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

const weight = (values: readonly number[] = [1, 2, 3, 4]): Tensor => float32Tensor([2, 2], values);

/** The nodes of the rewritten graph, one a line. */
function lines(model: TypedModel, trained: readonly string[] = []): string {
  return printGraph(inHalf(model, trained).graph);
}

test('products are in float16, weights are cast once, and the output is float32 again', () => {
  const model = typed((b) => {
    b.initializer('w', weight());
    return b.op('MatMul', [b.op('Relu', [b.op('MatMul', ['x', 'w'])]), 'w']);
  });
  expect(lines(model, ['w'])).toMatchInlineSnapshot(`
    "graph test(x: float32[2,2])
      const w: float32[2,2] = 1 2 3 4
      x/half: float16[2,2] = Cast(x) {to=10}
      w/half: float16[2,2] = Cast(w) {to=10}
      matmul/half: float16[2,2] = MatMul(x/half, w/half)
      relu/half: float16[2,2] = Relu(matmul/half)
      matmul_1/half: float16[2,2] = MatMul(relu/half, w/half)
      matmul_1: float32[2,2] = Cast(matmul_1/half) {to=1}
      return matmul_1: float32[2,2]"
  `);
});

test('constants are kept in float16 alone, and a mask beyond its range stands at the end of it', () => {
  const model = typed((b) => {
    b.initializer('w', weight());
    b.initializer('mask', weight([0, -3e38, 1e-9, Number.NEGATIVE_INFINITY]));
    return b.op('Add', [b.op('MatMul', ['x', 'w']), 'mask']);
  });
  const { initializers, types } = inHalf(model).graph;
  expect([...initializers.keys()]).toEqual(['w/half', 'mask/half']);
  expect(types.get('mask/half')?.dtype).toBe('float16');
  expect(numbers(initializers.get('mask/half') as Tensor)).toEqual([0, -65504, 0, Number.NEGATIVE_INFINITY]);
});

test('a softmax is taken in float32, and so is a sum with what was', () => {
  const model = typed((b) => {
    b.initializer('w', weight());
    const scores = b.op('MatMul', ['x', 'w']);
    const chances = b.op('Softmax', [scores]);
    return b.op('Add', [chances, b.op('MatMul', [chances, 'w'])]);
  });
  expect(lines(model)).toMatchInlineSnapshot(`
    "graph test(x: float32[2,2])
      const w/half: float16[2,2] = 1 2 3 4
      x/half: float16[2,2] = Cast(x) {to=10}
      matmul/half: float16[2,2] = MatMul(x/half, w/half)
      matmul: float32[2,2] = Cast(matmul/half) {to=1}
      softmax: float32[2,2] = Softmax(matmul)
      softmax/half: float16[2,2] = Cast(softmax) {to=10}
      matmul_1/half: float16[2,2] = MatMul(softmax/half, w/half)
      matmul_1: float32[2,2] = Cast(matmul_1/half) {to=1}
      add: float32[2,2] = Add(softmax, matmul_1)
      return add: float32[2,2]"
  `);
});

test('a normalization is taken in float32 and goes on in float16 where it came so', () => {
  const model = typed((b) => {
    for (const name of ['w', 'scale', 'bias', 'mean', 'variance']) b.initializer(name, weight());
    const product = b.op('MatMul', ['x', 'w']);
    return b.op('Relu', [b.op('BatchNormalization', [product, 'scale', 'bias', 'mean', 'variance'])]);
  });
  expect(lines(model)).toMatchInlineSnapshot(`
    "graph test(x: float32[2,2])
      const scale: float32[2,2] = 1 2 3 4
      const bias: float32[2,2] = 1 2 3 4
      const mean: float32[2,2] = 1 2 3 4
      const variance: float32[2,2] = 1 2 3 4
      const w/half: float16[2,2] = 1 2 3 4
      x/half: float16[2,2] = Cast(x) {to=10}
      matmul/half: float16[2,2] = MatMul(x/half, w/half)
      matmul: float32[2,2] = Cast(matmul/half) {to=1}
      batchnormalization: float32[2,2] = BatchNormalization(matmul, scale, bias, mean, variance)
      batchnormalization/half: float16[2,2] = Cast(batchnormalization) {to=10}
      relu/half: float16[2,2] = Relu(batchnormalization/half)
      relu: float32[2,2] = Cast(relu/half) {to=1}
      return relu: float32[2,2]"
  `);
});

test('what is computed of weights alone stays float32', () => {
  const model = typed((b) => {
    b.initializer('w', weight());
    b.initializer('scale', weight());
    return b.op('MatMul', ['x', b.op('Mul', ['w', 'scale'])]);
  });
  expect(lines(model, ['w', 'scale'])).toMatchInlineSnapshot(`
    "graph test(x: float32[2,2])
      const w: float32[2,2] = 1 2 3 4
      const scale: float32[2,2] = 1 2 3 4
      mul: float32[2,2] = Mul(w, scale)
      x/half: float16[2,2] = Cast(x) {to=10}
      mul/half: float16[2,2] = Cast(mul) {to=10}
      matmul/half: float16[2,2] = MatMul(x/half, mul/half)
      matmul: float32[2,2] = Cast(matmul/half) {to=1}
      return matmul: float32[2,2]"
  `);
});

test('a graph without products stays as it is', () => {
  const model = typed((b) => b.op('Relu', [b.op('Add', ['x', b.initializer('w', weight())])]));
  expect(inHalf(model).graph).toEqual(model.graph);
});

test('values of other types, and the bodies that read a value from outside, see what they saw', () => {
  const others = new Map<string, TensorType>([['equal', { dtype: 'bool', shape: [2, 2] }]]);
  const model = typed((b) => {
    b.initializer('w', weight());
    const product = b.op('MatMul', ['x', 'w']);
    const body = b.body();
    body.output(body.op('Relu', [product]), 'float32', [2, 2], 'inside');
    const graph = { type: 'graph', value: body.build('body') } as const;
    const condition = b.op('Equal', [product, product]);
    const chosen = b.op('Where', [condition, product, product]);
    return b.op('Add', [chosen, b.op('If', [b.constant('bool', [], [1])], { then_branch: graph, else_branch: graph })]);
  }, others);
  const rewritten = inHalf(model).graph;
  expect(rewritten.nodes.map(({ op, inputs, outputs }) => `${op}(${inputs.join()}) → ${outputs.join()}`))
    .toMatchInlineSnapshot(`
    [
      "Cast(x) → x/half",
      "MatMul(x/half,w/half) → matmul/half",
      "Cast(matmul/half) → matmul",
      "Equal(matmul,matmul) → equal",
      "Where(equal,matmul/half,matmul/half) → where/half",
      "If(const) → if",
      "Cast(where/half) → where",
      "Add(where,if) → add",
    ]
  `);
});
