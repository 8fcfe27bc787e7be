/**
 * Discrete Fourier transforms, which are linear over the real and imaginary parts on the last axis. The gradient of a
 * transform is the transform that turns the other way, without its division: y_k = Σ_n x_n e^(−iθ), θ = 2πkn/L, gives
 * dx_n = Σ_k dy_k e^(+iθ), where bins that the output lacks count as zero.
 */
import { normalizeAxis, type Shape } from '#shared/core/shape.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** A transform of `length` elements along `axis`, missing ones counting as zero; complex. */
export function transform(g: Emitter, value: string, axis: number, length: number, inverse: boolean): string {
  const sized = [value, g.builder.scalar('int64', length)];
  const direction = inverse ? 1 : 0;
  // The axis became an input in operator set 20.
  if (g.builder.opset < 20) return g.builder.op('DFT', sized, { axis, inverse: direction });
  return g.builder.op('DFT', [...sized, g.builder.scalar('int64', axis)], { inverse: direction });
}

/** Cut or filled up with zeros behind, along one axis. */
export function fitted(g: Emitter, value: string, rank: number, axis: number, from: number, to: number): string {
  if (from === to) return value;
  const pads = Array.from({ length: 2 * rank }, (_, place) => (place === rank + axis ? to - from : 0));
  return g.builder.op('Pad', [value, g.builder.ints(pads)]);
}

/** The real parts alone where the input had no others. */
export function partsOf(g: Emitter, value: string, shape: Shape): string {
  return shape.at(-1) === 2 ? value : g.builder.slice(value, [shape.length - 1], [0], [1]);
}

/** An attribute until operator set 19, an input from 20. */
function transformedAxis(g: Emitter): number {
  const given = g.builder.opset < 20 ? g.int('axis', 1) : (g.constant(2)?.[0] ?? -2);
  return normalizeAxis(given, g.inputShape(0).length);
}

function dftGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const rank = shape.length;
  const axis = transformedAxis(g);
  const inverse = g.int('inverse', 0) === 1;
  const oneSided = g.int('onesided', 0) === 1;
  const size = shape[axis] as number;
  const made = g.outputShape(0)[axis] as number;
  if (inverse && oneSided) return halfSpectrumGradient(g, axis, made);
  const length = oneSided ? (g.constant(1)?.[0] ?? size) : made;
  const turned = transform(g, g.dy, axis, length, !inverse);
  return partsOf(g, fitted(g, g.scale(turned, inverse ? 1 / length : length), rank, axis, length, size), shape);
}

/**
 * The inverse of half a spectrum, to a real signal: bins whose mirror image at L − k is not given stand for that as well,
 * so that dx_k = c_k / L · Σ_n dy_n e^(−iθ) with c_k = 1 or 2.
 */
function halfSpectrumGradient(g: GradientContext, axis: number, length: number): string {
  const shape = g.inputShape(0);
  const size = shape[axis] as number;
  const counts = Array.from({ length: size }, (_, bin) => (bin > 0 && length - bin >= size ? 2 : 1));
  const turned = fitted(g, transform(g, g.dy, axis, length, false), shape.length, axis, length, size);
  const factors = g.constantOf(
    shape.map((_, position) => (position === axis ? size : 1)),
    counts.map((count) => count / length),
  );
  return g.mul(turned, factors);
}

/**
 * Given the inverse of half a spectrum more than half the bins, onnxruntime takes some twice and leaves others out.
 * Where the node does not say its axis, it is the second (up to operator set 19) or the last but one.
 */
function tooManyBins(node: NodeView): string | undefined {
  const rank = node.inputShape(0).length;
  const given = node.constant(2)?.[0] ?? node.int('axis', Number.NaN);
  const axes = Number.isNaN(given) ? [1, -2] : [given];
  const excessive = axes.every((one) => {
    const axis = normalizeAxis(one, rank);
    return (node.inputShape(0)[axis] as number) > (node.outputShape(0)[axis] as number) / 2 + 1;
  });
  return excessive ? 'it is given more bins than half of what it makes, which onnxruntime joins wrongly.' : undefined;
}

export const fourier = {
  DFT: rule((g) => [g.when(0, () => dftGradient(g))], {
    stops: [1, 2],
    refuses: (node) => {
      if (node.isComputed(2)) return 'the axis it transforms is computed while running.';
      if (!node.int('onesided', 0)) return undefined;
      if (node.int('inverse', 0)) return tooManyBins(node);
      return node.isComputed(1) ? 'its length is computed while running.' : undefined;
    },
  }),
} as const satisfies Family;
