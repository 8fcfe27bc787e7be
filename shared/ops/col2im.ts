import { rule, type Family } from '#shared/ops/entry.ts';
import { windowAxesBetween } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { readWindows, withEdges } from '#shared/ops/windows.ts';

/** Blocks are added up where they overlap: each gets back what its window reads of dy, tap by tap. */
function col2imGradient(g: GradientContext): string {
  const image = g.outputShape(0).slice(2);
  const block = g.constant(2) as number[];
  const pads = g.ints('pads') ?? block.flatMap(() => [0, 0]);
  const counts = image.map((size, axis) => {
    const reach = (g.ints('dilations')?.[axis] ?? 1) * ((block[axis] as number) - 1) + 1;
    const padded = size + (pads[axis] as number) + (pads[axis + block.length] as number);
    return Math.floor((padded - reach) / (g.ints('strides')?.[axis] ?? 1)) + 1;
  });
  const axes = windowAxesBetween(g, block, image, counts);
  const [batch, channels] = g.outputShape(0) as [number, number];
  const blocks = counts.reduce((product, count) => product * count, 1);
  const reads = readWindows(g, axes, withEdges(g, axes, g.dy, 0)).map((read) =>
    g.builder.reshape(read, [batch, channels, 1, blocks]),
  );
  return g.builder.reshape(g.builder.op('Concat', reads, { axis: 2 }), g.inputShape(0));
}

export const col2im = {
  Col2Im: rule((g) => [g.when(0, () => col2imGradient(g))], {
    stops: [1, 2],
    refuses: (node) => {
      if (node.isComputed(2)) return 'the size of its blocks is computed while running.';
      const [, channels, ...image] = node.outputShape(0);
      const dilated = node.ints('dilations')?.some((dilation) => dilation > 1);
      return dilated && channels !== 1 && image.length !== 2
        ? 'onnxruntime loses channels where dilated blocks have other than two axes.'
        : undefined;
    },
  }),
} as const satisfies Family;
