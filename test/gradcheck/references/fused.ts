/** Fused products in plain float64 arithmetic. */
import type { Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';

/** An activation by name, and its parameters in the order of the operator's attributes. */
export type FusedActivation = readonly [name: string, ...parameters: number[]];

const softplus = (x: number): number => Math.log1p(Math.exp(x));

function activate(x: number, [name, alpha = 0, beta = 0]: FusedActivation): number {
  switch (name) {
    case 'Relu':
      return Math.max(x, 0);
    case 'Tanh':
      return Math.tanh(x);
    case 'Sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'Softplus':
      return softplus(x);
    case 'Softsign':
      return x / (1 + Math.abs(x));
    case 'LeakyRelu':
      return x > 0 ? x : alpha * x;
    case 'Elu':
      return x > 0 ? x : alpha * Math.expm1(x);
    case 'HardSigmoid':
      return Math.min(1, Math.max(0, alpha * x + beta));
    case 'ThresholdedRelu':
      return x > alpha ? x : 0;
    case 'ScaledTanh':
      return alpha * Math.tanh(beta * x);
    case 'ParametricSoftplus':
      return alpha * softplus(beta * x);
    case 'Clip':
      return Math.min(beta, Math.max(alpha, x));
    default:
      throw new Error(`no activation ${name}`);
  }
}

function element({ shape, data }: ReferenceTensor, ...index: number[]): number {
  return data[index.reduce((offset, place, axis) => offset * (shape[axis] as number) + place, 0)] as number;
}

/** act(A · B + c), c one row. */
export function fusedProduct(activation: FusedActivation): Reference {
  return ([a, b, c]) => {
    const [left, right] = [a as ReferenceTensor, b as ReferenceTensor];
    const [rows, inner] = left.shape as [number, number];
    const columns = right.shape[1] as number;
    const data = Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      let total = c ? (c.data[column] as number) : 0;
      for (let k = 0; k < inner; k++) total += element(left, row, k) * element(right, k, column);
      return activate(total, activation);
    });
    return [{ shape: [rows, columns], data }];
  };
}

/** act(conv(x, w) + b + z) over pictures, the same padding on every side. */
export function fusedConvolution(
  activation: FusedActivation,
  { pad = 0, stride = 1, group = 1 }: { pad?: number; stride?: number; group?: number },
): Reference {
  return ([x, w, b, z]) => {
    const [input, weight] = [x as ReferenceTensor, w as ReferenceTensor];
    const [batch, , height, width] = input.shape as [number, number, number, number];
    const [channels, depth, size] = weight.shape as [number, number, number];
    const [rows, columns] = [height, width].map((side) => Math.floor((side + 2 * pad - size) / stride) + 1) as [
      number,
      number,
    ];
    const at = (n: number, c: number, i: number, j: number): number =>
      i < 0 || j < 0 || i >= height || j >= width ? 0 : element(input, n, c, i, j);
    const data: number[] = [];
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) {
            const first = Math.floor((c * group) / channels) * depth;
            let total = (b ? (b.data[c] as number) : 0) + (z ? element(z, n, c, i, j) : 0);
            for (let d = 0; d < depth; d++)
              for (let u = 0; u < size; u++)
                for (let v = 0; v < size; v++)
                  total += element(weight, c, d, u, v) * at(n, first + d, i * stride + u - pad, j * stride + v - pad);
            data.push(activate(total, activation));
          }
    return [{ shape: [batch, channels, rows, columns], data }];
  };
}
