/** Operators that are no more, some of which never left the experimental stage but were written by early exporters. */
import { floatAttribute, intAttribute } from '#shared/ir/graph.ts';
import type { Changes, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

const constant = (r: Rewriting, name: string, otherwise: number): string =>
  r.float(floatAttribute(r.node, name, otherwise), r.facts.dtype(r.x));

/** y = scale · x + bias, a bias for every channel. */
function imageScaler(r: Rewriting): void {
  const bias = r.node.attributes['bias'];
  const values = bias?.type === 'floats' ? bias.value : [];
  const scaled = r.builder.op('Mul', [r.x, constant(r, 'scale', 1)]);
  const perChannel = r.builder.constant('float32', [values.length, 1, 1], values);
  r.become({ op: 'Add', inputs: [scaled, perChannel], attributes: {} });
}

/** Cuts left, top, right and bottom from pictures; with a scale, a height and width from the left and top. */
function crop(r: Rewriting): void {
  const [left = 0, top = 0, right = 0, bottom = 0] = r.ints('border') ?? [];
  const scale = r.ints('scale');
  const toEnd = (border: number): number => (border === 0 ? 2 ** 31 - 1 : -border);
  const [height, width] = scale ?? [];
  const ends =
    height !== undefined && width !== undefined ? [top + height, left + width] : [toEnd(bottom), toEnd(right)];
  const places = [[top, left], ends, [2, 3]].map((values) => r.builder.ints(values));
  r.become({ op: 'Slice', inputs: [r.x, ...places], attributes: {} });
}

/** Before operator set 9: over the places, or with across_channels over the channels too; the variance on demand. */
function meanVariance(r: Rewriting): void {
  const axes = intAttribute(r.node, 'across_channels', 0) ? [0, 1, 2, 3] : [0, 2, 3];
  if (intAttribute(r.node, 'normalize_variance', 1))
    return r.become({ attributes: { axes: { type: 'ints', value: axes } } });
  const mean = r.builder.reduce('ReduceMean', r.x, axes, true);
  r.become({ op: 'Sub', inputs: [r.x, mean], attributes: {} });
}

export const retired: Changes = {
  Scatter: [{ before: 11, rewrite: (r) => r.become({ op: 'ScatterElements' }) }],
  DynamicSlice: [{ before: 17, rewrite: (r) => r.become({ op: 'Slice' }) }],
  ImageScaler: [{ before: 17, rewrite: imageScaler }],
  Crop: [{ before: 17, rewrite: crop }],
  MeanVarianceNormalization: [{ before: 9, rewrite: meanVariance }],
  Scale: [
    { before: 17, rewrite: (r) => r.become({ op: 'Mul', inputs: [r.x, constant(r, 'scale', 1)], attributes: {} }) },
  ],
  // α x + β
  Affine: [
    {
      before: 17,
      rewrite: (r) => {
        const scaled = r.builder.op('Mul', [r.x, constant(r, 'alpha', 1)]);
        r.become({ op: 'Add', inputs: [scaled, constant(r, 'beta', 0)], attributes: {} });
      },
    },
  ],
  // α tanh(β x)
  ScaledTanh: [
    {
      before: 17,
      rewrite: (r) => {
        const tanh = r.builder.op('Tanh', [r.builder.op('Mul', [r.x, constant(r, 'beta', 1)])]);
        r.become({ op: 'Mul', inputs: [tanh, constant(r, 'alpha', 1)], attributes: {} });
      },
    },
  ],
  // α ln(1 + e^(β x))
  ParametricSoftplus: [
    {
      before: 17,
      rewrite: (r) => {
        const softplus = r.builder.op('Softplus', [r.builder.op('Mul', [r.x, constant(r, 'beta', 1)])]);
        r.become({ op: 'Mul', inputs: [softplus, constant(r, 'alpha', 1)], attributes: {} });
      },
    },
  ],
};
