import { sameShape, type Shape } from '#shared/core/shape.ts';
import { type Family, rule, type Contribution } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

interface Equation {
  readonly terms: readonly string[];
  readonly result: string;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * An equation with a letter for every axis: the axes that an ellipsis stands for, the same number in every operand, get
 * letters of their own. The result is spelled out, by default as the ellipsis and then the letters that occur once, in
 * alphabetical order.
 */
function parse(g: GradientContext): Equation {
  const [left = '', right] = g.string('equation', '').replaceAll(/\s/g, '').split('->');
  const terms = left.split(',');
  const hidden = terms.map((term, index) =>
    term.includes('...') ? g.inputShape(index).length - (term.length - '...'.length) : 0,
  );
  const spare = alphabet.split('').filter((letter) => !left.includes(letter));
  const ellipsis = spare.slice(0, Math.max(...hidden)).join('');
  const spelled = (term: string): string => term.replace('...', ellipsis);
  const letters = left.replaceAll(/[.,]/g, '').split('').toSorted();
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return { terms: terms.map(spelled), result: spelled(right ?? `...${once.join('')}`) };
}

/** The longest extent that each letter has in some terms: an axis of one element broadcasts. */
function extents(terms: readonly string[], shapes: readonly Shape[]): Map<string, number> {
  const found = new Map<string, number>();
  terms.forEach((term, index) => {
    term.split('').forEach((letter, axis) => {
      found.set(letter, Math.max(found.get(letter) ?? 1, shapes[index]?.[axis] as number));
    });
  });
  return found;
}

/**
 * y = Σ of products of the operands: the gradient of one operand is the same product with dy in its place, over all
 * letters that operand lacks or is broadcast along. Letters that it alone has were summed, so their gradient is the
 * same all along. A letter it has twice reads a diagonal, and the gradient is zero beside it.
 */
function einsumGradient(g: GradientContext): Contribution[] {
  const { terms, result } = parse(g);
  return g.each((index) => {
    const own = terms[index] as string;
    const shape = g.inputShape(index);
    const others = terms.filter((_, position) => position !== index);
    const operands = g.node.inputs.filter((_, position) => position !== index);
    const shapes = g.node.inputs.map((_, position) => g.inputShape(position));
    const known = extents([result, ...others], [g.outputShape(0), ...shapes.toSpliced(index, 1)]);
    const letters = [...new Set(own)].filter((letter) => known.has(letter) && shape[own.indexOf(letter)] !== 1);
    const equation = `${[result, ...others].join(',')}->${letters.join('')}`;
    const gradient = g.builder.op('Einsum', [g.dy, ...operands], { equation });
    const summed = letters.map((letter) => known.get(letter) as number);
    const withOnes = own
      .split('')
      .map((letter, axis) => (letters.includes(letter) && own.indexOf(letter) === axis ? (known.get(letter) ?? 1) : 1));
    const spread = sameShape(summed, withOnes) ? gradient : g.builder.reshape(gradient, withOnes);
    const onDiagonal = diagonals(g, own, shape).reduce((product, diagonal) => g.mul(product, diagonal), spread);
    return sameShape(withOnes, shape) ? onDiagonal : g.builder.expand(onDiagonal, shape);
  });
}

/** For every axis whose letter an operand had before, 1 where both axes are at the same place. */
function diagonals(g: GradientContext, own: string, shape: Shape): string[] {
  return own.split('').flatMap((letter, axis) => {
    const first = own.indexOf(letter);
    if (first === axis) return [];
    const size = shape[axis] as number;
    const identity = Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0));
    const axes = shape.map((_, position) => (position === first || position === axis ? size : 1));
    return [g.constantOf(axes, identity)];
  });
}

export const einsum = {
  Einsum: rule(einsumGradient),
} as const satisfies Family;
