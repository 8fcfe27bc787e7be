import { type Family, rule, type Contribution } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

interface Equation {
  readonly terms: readonly string[];
  readonly result: string;
}

/** An equation with its result spelled out: by default the letters that occur once, in alphabetical order. */
function parse(node: NodeView): Equation {
  const [left = '', right] = node.string('equation', '').replaceAll(' ', '').split('->');
  const letters = left.replaceAll(',', '').split('').toSorted();
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return { terms: left.split(','), result: right ?? once.join('') };
}

/**
 * y = Σ of products of the operands: the gradient of one operand is the same product with dy in its place, over all
 * letters that operand lacks. Letters that it alone has were summed, so their gradient is the same all along.
 */
function einsumGradient(g: GradientContext): Contribution[] {
  const { terms, result } = parse(g);
  return g.each((index) => {
    const own = terms[index] as string;
    const others = terms.filter((_, position) => position !== index);
    const known = own.split('').filter((letter) => [result, ...others].some((term) => term.includes(letter)));
    const operands = g.node.inputs.filter((_, position) => position !== index);
    const equation = `${[result, ...others].join(',')}->${known.join('')}`;
    const gradient = g.builder.op('Einsum', [g.dy, ...operands], { equation });
    if (known.length === own.length) return gradient;
    const shape = g.inputShape(index);
    const withOnes = shape.map((size, axis) => (known.includes(own[axis] as string) ? size : 1));
    return g.builder.expand(g.builder.reshape(gradient, withOnes), shape);
  });
}

export const einsum = {
  Einsum: rule(einsumGradient, {
    refuses: (node) => {
      const { terms, result } = parse(node);
      if ([...terms, result].some((term) => term.includes('.'))) return 'an ellipsis has no gradient rule yet.';
      const repeats = terms.some((term) => new Set(term).size !== term.length);
      return repeats ? 'a letter repeated in one operand has no gradient rule yet.' : undefined;
    },
  }),
} as const satisfies Family;
