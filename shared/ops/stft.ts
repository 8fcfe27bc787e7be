/**
 * Short-time Fourier transform: frame f is the signal from f · step on, times the window, and each is transformed alone.
 * Backwards, the frames' gradients are transformed back, and those of the signal overlap and add. Frames are taken apart
 * in pieces of one step each, so that all frames' pieces of one number lie side by side in the signal.
 */
import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import { fitted, partsOf, transform } from '#shared/ops/fourier.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

const [stepInput, windowInput, lengthInput] = [1, 2, 3];

/** Samples per frame; undefined where it is known only while running. */
function frameLength(node: NodeView): number | undefined {
  if (node.hasInput(windowInput)) return node.inputShape(windowInput)[0];
  return node.constant(lengthInput)?.[0] ?? (node.int('onesided', 1) ? undefined : node.outputShape(0)[2]);
}

function stftGradient(g: GradientContext): Contribution[] {
  const [batch, frames] = g.outputShape(0) as [number, number];
  const [, samples, parts = 1] = g.inputShape(0) as [number, number, number?];
  const [step] = g.constant(stepInput) as [number];
  const length = frameLength(g) as number;
  const pieces = Math.ceil(length / step);
  const window = g.hasInput(windowInput) ? g.builder.reshape(g.input(windowInput), [1, 1, length, 1]) : undefined;
  const whole = g.scale(transform(g, g.dy, 2, length, true), length);
  const turned = partsOf(g, whole, [batch, frames, length, parts]);

  const gradientOfSignal = (): string => {
    const shares = window === undefined ? turned : g.mul(turned, window);
    const cut = g.builder.reshape(fitted(g, shares, 4, 2, length, pieces * step), [
      batch,
      frames,
      pieces,
      step * parts,
    ]);
    const lines = frames + pieces - 1;
    const added = Array.from({ length: pieces }, (_, piece) => {
      const own = g.builder.reshape(g.builder.slice(cut, [2], [piece], [piece + 1]), [batch, frames, step * parts]);
      if (pieces === 1) return own;
      return g.builder.op('Pad', [own, g.builder.ints([0, piece, 0, 0, pieces - 1 - piece, 0])]);
    }).reduce((left, right) => g.add(left, right));
    const signal = g.builder.reshape(added, [batch, lines * step, parts]);
    return g.builder.reshape(fitted(g, signal, 3, 1, lines * step, samples), g.inputShape(0));
  };
  const gradientOfWindow = (): string => {
    const lines = frames + pieces - 1;
    const signal = g.builder.reshape(g.x, [batch, samples, parts]);
    const cut = g.builder.reshape(fitted(g, signal, 3, 1, samples, lines * step), [batch, lines, step, parts]);
    const read = Array.from({ length: pieces }, (_, piece) => g.builder.slice(cut, [1], [piece], [piece + frames]));
    const framed = read.length === 1 ? (read[0] as string) : g.builder.op('Concat', read, { axis: 2 });
    return g.sum(g.mul(turned, fitted(g, framed, 4, 2, pieces * step, length)), [0, 1, 3], false);
  };
  return [g.when(0, gradientOfSignal), undefined, g.when(windowInput, gradientOfWindow)];
}

export const stft = {
  STFT: rule(stftGradient, {
    stops: [stepInput, lengthInput],
    refuses: (node) => {
      if (node.isComputed(stepInput) || frameLength(node) === undefined) {
        return 'the step or length of its frames is computed while running.';
      }
      const complex = node.inputShape(0)[2] === 2;
      return complex && node.hasInput(windowInput) ? 'onnxruntime puts windows on complex signals wrongly.' : undefined;
    },
  }),
} as const satisfies Family;
