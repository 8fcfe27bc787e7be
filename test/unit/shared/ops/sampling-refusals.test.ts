import { expect, test } from 'vitest';
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import { int64Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { NodeView } from '#shared/ops/node-view.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import { operatorEntry } from '#shared/ops/table.ts';

type Input = Shape | { readonly constant: readonly number[] } | 'absent';

/** Why a node is refused; inputs are the shapes of computed values, or constants. */
function reason(
  op: OperatorName,
  inputs: readonly Input[],
  output: Shape,
  attributes: Record<string, AttributeValue> = {},
): string | undefined {
  const builder = new GraphBuilder(21);
  const types = new Map<string, TensorType>();
  const names = inputs.map((input, index) => {
    if (input === 'absent') return '';
    const name = `x${index}`;
    if ('constant' in input) builder.initializer(name, int64Tensor([input.constant.length], input.constant));
    else types.set(name, { dtype: 'float32', shape: input });
    return name;
  });
  types.set(builder.op(op, names, attributes), { dtype: 'float32', shape: output });
  const entry = operatorEntry(op, '');
  const [node] = builder.nodes;
  if (entry.kind !== 'rule' || !node) throw new Error(`${op} has no rule`);
  return entry.refuses?.(new NodeView(node, { types, initializers: builder.initializers }));
}

test('Resize refuses bounds that are computed only where they are bounds', () => {
  const resized = (policy: string, sizes: Input) =>
    reason('Resize', [[1, 1, 4, 4], 'absent', 'absent', sizes], [1, 1, 2, 2], { keep_aspect_ratio_policy: policy });
  expect(resized('not_larger', [4])).toMatch(/computed/);
  expect(resized('stretch', [4])).toBeUndefined();
  expect(resized('not_larger', { constant: [1, 1, 2, 2] })).toBeUndefined();
});

test('Det refuses matrices beyond what its recursion is exact for', () => {
  expect(reason('Det', [[2, 32, 32]], [2])).toBeUndefined();
  expect(reason('Det', [[2, 33, 33]], [2])).toMatch(/32 rows/);
});

test('Col2Im refuses blocks it does not know and those its kernel loses', () => {
  const blocks = (block: Input, image: Shape, dilations: number[]) =>
    reason('Col2Im', [[1, 8, 3], { constant: image.slice(2) }, block], image, { dilations });
  expect(blocks([1], [1, 4, 5], [1])).toMatch(/computed/);
  expect(blocks({ constant: [2] }, [1, 4, 5], [1])).toBeUndefined();
  expect(blocks({ constant: [2] }, [1, 4, 5], [2])).toMatch(/loses channels/);
  expect(blocks({ constant: [2] }, [1, 1, 5], [2])).toBeUndefined();
  expect(blocks({ constant: [2, 2] }, [1, 4, 5, 5], [2, 2])).toBeUndefined();
});

test('Fourier transforms refuse what is not known, and what their kernels get wrong', () => {
  const half = { inverse: 1, onesided: 1 };
  expect(reason('DFT', [[1, 4, 2], { constant: [6] }], [1, 6, 1], half)).toBeUndefined();
  expect(reason('DFT', [[1, 5, 2], { constant: [6] }], [1, 6, 1], half)).toMatch(/more bins/);
  expect(reason('DFT', [[1, 8, 1], []], [1, 5, 2], { onesided: 1 })).toMatch(/length/);
  expect(reason('DFT', [[1, 8, 1], []], [1, 6, 2])).toBeUndefined();
  expect(reason('DFT', [[1, 8, 1], 'absent', []], [1, 8, 2])).toMatch(/axis/);
  expect(reason('STFT', [[1, 16, 1], { constant: [4] }, [8]], [1, 3, 5, 2])).toBeUndefined();
  expect(reason('STFT', [[1, 16, 1], [], [8]], [1, 3, 5, 2])).toMatch(/step/);
  expect(reason('STFT', [[1, 16, 1], { constant: [4] }, 'absent', []], [1, 3, 5, 2])).toMatch(/length/);
  const both = { onesided: 0 };
  expect(reason('STFT', [[1, 16, 2], { constant: [4] }, [8]], [1, 3, 8, 2], both)).toMatch(/complex/);
  expect(reason('STFT', [[1, 16, 2], { constant: [4] }, 'absent', []], [1, 3, 8, 2], both)).toBeUndefined();
});
