import { elementCount } from '#shared/core/shape.ts';
import {
  describeWindows,
  taps,
  transposedAttributes,
  turnedAttributes,
  turns,
  type WindowAxis,
} from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { sizes, spell } from '#shared/ops/spelling.ts';
import { spreadWindows } from '#shared/ops/windows.ts';

/** y[w] = Σ over its window of x / count[w]: every element a window read gets dy[w] / count[w]. */
export function averagePoolGradient(g: GradientContext, axes: readonly WindowAxis[]): string {
  const includePadding = g.int('count_include_pad', 0) === 1;
  const perAxis = axes.map((axis) => counts(axis, includePadding));
  const divisors = perAxis.reduce<number[]>((all, one) => all.flatMap((a) => one.map((b) => a * b)), [1]);
  const isEven = divisors.every((divisor) => divisor === divisors[0]);
  const share = isEven
    ? g.scale(g.dy, 1 / (divisors[0] as number))
    : g.mul(
        g.dy,
        g.constantOf(
          [1, 1, ...axes.map((axis) => axis.output)],
          divisors.map((divisor) => 1 / divisor),
        ),
      );
  const tiles = axes.every(
    ({ kernel, stride, dilation, begin, end }) => kernel === stride && dilation === 1 && begin === 0 && end === 0,
  );
  // onnxruntime has no other kernel of these for the processor.
  const convolves = g.dtype === 'float32' && axes.length <= 2;
  const unstrided = axes.every(({ stride }) => stride === 1);
  const ways = {
    taps: () => spreadEvenly(g, axes, share),
    'repeated elements': tiles ? () => repeated(g, axes, share) : undefined,
    'transposed convolution': convolves ? () => byChannel(g, axes, 'ConvTranspose', share) : undefined,
    convolution: convolves && unstrided && turns(axes) ? () => byChannel(g, axes, 'Conv', share) : undefined,
  };
  const key = `${sizes(g.inputShape(0))} → ${sizes(g.outputShape(0).slice(1))}, ${describeWindows(axes)}, ${g.dtype}`;
  return spell(g, 'AveragePoolGradient', key, ways, 'taps');
}

/**
 * Divisor of each window along one axis: the kernel size, or with excluded padding the elements that are there.
 * Included padding still ends where the padded input does: a window that hangs over it (ceil_mode) counts less.
 */
function counts(axis: WindowAxis, includePadding: boolean): number[] {
  const low = includePadding ? -axis.begin : 0;
  const high = includePadding ? axis.input + axis.behind : axis.input;
  return Array.from({ length: axis.output }, (_, window) => {
    const start = window * axis.stride - axis.begin;
    return Array.from({ length: axis.kernel }, (_, tap) => start + tap * axis.dilation).filter(
      (place) => place >= low && place < high,
    ).length;
  });
}

/** The same value for every tap. */
export function spreadEvenly(g: GradientContext, axes: readonly WindowAxis[], share: string): string {
  return spreadWindows(
    g,
    axes,
    taps(axes).map(() => share),
  );
}

/** For windows that lie side by side: every element as often as its window is large. */
function repeated(g: GradientContext, axes: readonly WindowAxis[], share: string): string {
  const lead = g.inputShape(0).slice(0, 2);
  const parted = g.builder.reshape(share, [...lead, ...axes.flatMap((axis) => [axis.output, 1])]);
  const spread = g.builder.expand(parted, [...lead, ...axes.flatMap((axis) => [axis.output, axis.kernel])]);
  return g.builder.reshape(spread, g.inputShape(0));
}

/** Each channel by itself, with a kernel of ones, which is the same turned around. */
function byChannel(
  g: GradientContext,
  axes: readonly WindowAxis[],
  op: 'Conv' | 'ConvTranspose',
  share: string,
): string {
  const group = g.inputShape(0)[1] as number;
  const shape = [group, 1, ...axes.map((axis) => axis.kernel)];
  const ones = g.constantOf(shape, Array<number>(elementCount(shape)).fill(1));
  const attributes = op === 'Conv' ? turnedAttributes(axes) : transposedAttributes(axes);
  return g.builder.op(op, [share, ones], { group, ...attributes });
}
