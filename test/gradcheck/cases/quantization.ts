import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { GradientCase, Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';
import { absent, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';
import type { DType } from '#shared/ir/tensor.ts';

const scrambled = (count: number, from: number, range: number): number[] =>
  Array.from({ length: count }, (_, index) => from + ((index * 37 + 11) % range));
const whole = (dtype: DType, from: number, range: number, ...shape: number[]): InputSpec =>
  ints(scrambled(elementCount(shape), from, range), shape, dtype);

/** (x − zero) · scale: `place` gives the position of the scale for a position of x, axis by axis. */
function dequantized(place: (position: readonly number[]) => number): Reference {
  return ([x, scale, zero]) => {
    const { shape, data } = x as ReferenceTensor;
    const values = data.map((value, index) => {
      const at = place(positionOf(shape, index));
      return (value - (zero?.data[at] ?? 0)) * ((scale as ReferenceTensor).data[at] as number);
    });
    return [{ shape, data: values }];
  };
}

function positionOf(shape: Shape, index: number): number[] {
  let rest = index;
  const position = shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return position.toReversed();
}

const dequantize = (
  name: string,
  inputs: readonly (InputSpec | undefined)[],
  place: (position: readonly number[]) => number,
  rest: Partial<GradientCase> = {},
): GradientCase => ({ op: 'DequantizeLinear', name, inputs, oracle: dequantized(place), ...rest });

const fused = { op: 'com.microsoft.DequantizeLinear' } as const;

const dequantizeCases = [
  dequantize('one scale', [whole('uint8', 0, 256, 2, 3), signed(), whole('uint8', 100, 50)], () => 0, {
    opsets: [13, 21, 24],
  }),
  dequantize('vector of one scale', [whole('int8', -100, 200, 2, 3), signed(1)], () => 0),
  dequantize(
    'scale for each column',
    [whole('int8', -100, 200, 2, 3), signed(3), whole('int8', -9, 20, 3)],
    ([, column]) => column as number,
    {
      opsets: [13, 19, 21, 23, 24],
    },
  ),
  dequantize('scale for each row', [whole('int32', -100, 200, 2, 3), signed(2)], ([row]) => row as number, {
    attributes: { axis: -2 },
  }),
  dequantize('nothing', [whole('int8', 0, 1, 0, 3), signed(3)], ([, column]) => column as number, { opsets: [21] }),
  dequantize(
    '16 bits',
    [whole('uint16', 0, 3000, 2, 3), signed(2), whole('uint16', 900, 50, 2)],
    ([row]) => row as number,
    {
      attributes: { axis: 0 },
      opsets: [21, 24],
    },
  ),
  dequantize(
    'blocks',
    [whole('uint8', 0, 256, 2, 6), signed(2, 2), whole('uint8', 90, 20, 2, 2)],
    ([row, column]) => 2 * (row as number) + Math.floor((column as number) / 3),
    {
      attributes: { axis: 1, block_size: 3 },
      opsets: [21, 24],
    },
  ),
  dequantize(
    'blocks, the last cut off',
    [whole('int8', -100, 200, 5, 2), signed(3, 2)],
    ([row, column]) => 2 * Math.floor((row as number) / 2) + (column as number),
    {
      attributes: { axis: 0, block_size: 2 },
      opsets: [21, 24],
    },
  ),
  dequantize('one scale', [whole('uint8', 0, 256, 2, 3), signed(), whole('uint8', 100, 50)], () => 0, fused),
  dequantize(
    'scale for each row',
    [whole('int8', -100, 200, 2, 3), signed(2), whole('int8', -9, 20, 2)],
    ([row]) => row as number,
    {
      attributes: { axis: 0 },
      ...fused,
    },
  ),
];

interface Packing {
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  readonly size: number;
}

/** A·Bᵀ + bias with B unpacked number by number. */
function product({ bits, rows, columns, size }: Packing): Reference {
  const blocks = Math.ceil(columns / size);
  const perByte = 8 / bits;
  const digit = (bytes: readonly number[], row: number, column: number, rowBytes: number): number => {
    const byte = bytes[row * rowBytes + Math.floor(column / perByte)] as number;
    return (byte >> (bits * (column % perByte))) & (2 ** bits - 1);
  };
  return ([a, b, scales, zeros, index, bias]) => {
    const activation = a as ReferenceTensor;
    const packedZeros = zeros !== undefined && elementCount(zeros.shape) !== rows * blocks;
    const weight = (row: number, column: number): number => {
      const block = index?.data[column] ?? Math.floor(column / size);
      const at = row * blocks + block;
      const zero =
        zeros === undefined
          ? 2 ** (bits - 1)
          : packedZeros || bits === 8
            ? digit(zeros.data, row, block, Math.ceil((blocks * bits) / 8))
            : (zeros.data[at] as number);
      const value = digit((b as ReferenceTensor).data, row, column, (blocks * size * bits) / 8);
      return (value - zero) * ((scales as ReferenceTensor).data[at] as number);
    };
    const samples = activation.data.length / columns;
    const data = Array.from({ length: samples * rows }, (_, position) => {
      const [sample, row] = [Math.floor(position / rows), position % rows];
      let sum = bias?.data[row] ?? 0;
      for (let column = 0; column < columns; column++) {
        sum += (activation.data[sample * columns + column] as number) * weight(row, column);
      }
      return sum;
    });
    return [{ shape: [...activation.shape.slice(0, -1), rows], data }];
  };
}

function quantizedProduct(
  name: string,
  packing: Packing,
  more: readonly (InputSpec | undefined)[] = [],
  batch: readonly number[] = [2],
): GradientCase {
  const { bits, rows, columns, size } = packing;
  const blocks = Math.ceil(columns / size);
  return {
    op: 'com.microsoft.MatMulNBits',
    name: `${bits} bits, ${name}`,
    inputs: [
      signed(...batch, columns),
      whole('uint8', 0, 256, rows, blocks, (size * bits) / 8),
      signed(rows, blocks),
      ...more,
    ],
    attributes: { bits, block_size: size, K: columns, N: rows },
    oracle: product(packing),
  };
}

const productCases = [2, 4, 8].flatMap((bits) => {
  const [rows, size] = [3, 16];
  const packedZeros = (blocks: number): InputSpec => whole('uint8', 0, 256, rows, Math.ceil((blocks * bits) / 8));
  return [
    quantizedProduct('plain', { bits, rows, columns: 32, size }),
    quantizedProduct('last block cut off', { bits, rows, columns: 40, size }, [packedZeros(3)], [2, 2]),
    quantizedProduct('bias', { bits, rows, columns: 32, size: 32 }, [absent, absent, signed(rows)]),
  ];
});

export const quantizationCases: readonly GradientCase[] = [
  ...dequantizeCases,
  ...productCases,
  quantizedProduct('float zeros', { bits: 4, rows: 3, columns: 40, size: 16 }, [signed(3, 3)]),
  quantizedProduct('float zeros', { bits: 2, rows: 3, columns: 40, size: 16 }, [signed(3, 3)]),
  quantizedProduct('order of groups', { bits: 4, rows: 3, columns: 40, size: 16 }, [
    absent,
    ints(scrambled(40, 0, 3), [40], 'int32'),
  ]),
];
