/** Rotary position embeddings: pairs of a head's elements turned by an angle that grows with the position. */
import type { Shape } from '#shared/core/shape.ts';
import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

interface Rotation {
  /** Angles by position, broadcast to all axes of the heads but the last, which is half of what is turned. */
  readonly cosine: string;
  readonly sine: string;
  /** How many elements of a head are turned, from the first on. */
  readonly turned: number;
  /** Whether pairs are neighbours, rather than half of `turned` apart. */
  readonly interleaved: boolean;
}

/**
 * (a, b) → (a·cos − b·sin, a·sin + b·cos) for every pair, elements beyond `turned` as they were.
 *
 * @param shape of `value`, its last axis being the head size
 */
export function rotate(l: Emitter, value: string, shape: Shape, rotation: Rotation): string {
  const { turned } = rotation;
  const axis = shape.length - 1;
  const size = shape[axis] as number;
  if (turned === size) return turnPairs(l, value, shape, rotation);
  const [first, rest] = split(l, value, axis, [turned, size - turned]);
  return l.builder.op('Concat', [turnPairs(l, first, [...shape.slice(0, axis), turned], rotation), rest], { axis });
}

function turnPairs(l: Emitter, value: string, shape: Shape, { cosine, sine, turned, interleaved }: Rotation): string {
  const half = turned / 2;
  const axis = shape.length - 1;
  const pairs = [...shape.slice(0, axis), half, 2];
  const column = (name: string): string =>
    interleaved ? l.builder.op('Unsqueeze', [name, l.builder.ints([-1])]) : name;
  const [a, b] = interleaved
    ? split(l, l.builder.reshape(value, pairs), axis + 1, [1, 1])
    : split(l, value, axis, [half, half]);
  const [cos, sin] = [column(cosine), column(sine)];
  const real = l.sub(l.mul(a, cos), l.mul(b, sin));
  const imaginary = l.add(l.mul(a, sin), l.mul(b, cos));
  const joined = l.builder.op('Concat', [real, imaginary], { axis: interleaved ? axis + 1 : axis });
  return interleaved ? l.builder.reshape(joined, shape) : joined;
}

function split(l: Emitter, value: string, axis: number, sizes: readonly [number, number]): [string, string] {
  return l.builder.opN('Split', [value, l.builder.ints(sizes)], 2, { axis }) as [string, string];
}

/** Turns the first input, by heads or with the heads side by side, by angles of shape [batch or 1, length, half]. */
function rotateInput(l: LoweringContext, heads: number, turned: number, cosine: string, sine: string): string {
  const shape = l.inputShape(0);
  const byHeads = shape.length === 4;
  const [batch, length, width] = shape as [number, number, number];
  const headed = byHeads ? shape : [batch, length, heads, width / heads];
  // The angles are the same for all heads.
  const forHeads = (angles: string): string => l.builder.op('Unsqueeze', [angles, l.builder.ints([byHeads ? 1 : 2])]);
  const value = byHeads ? l.x : l.builder.reshape(l.x, headed);
  const rotated = rotate(l, value, headed, {
    cosine: forHeads(cosine),
    sine: forHeads(sine),
    turned,
    interleaved: l.int('interleaved', 0) !== 0,
  });
  return byHeads ? rotated : l.builder.reshape(rotated, shape);
}

/** Rows of an angle table, [1, length, half]: from its first on, or from the one numbered `first`. */
export function anglesFrom(l: Emitter, table: string, first: string | undefined, length: number): string {
  if (first === undefined) {
    return l.builder.op('Unsqueeze', [l.builder.slice(table, [0], [0], [length]), l.builder.ints([0])]);
  }
  const counting = Array.from({ length }, (_, position) => position);
  return l.builder.op('Gather', [table, l.add(first, l.builder.constant('int64', [1, length], counting))]);
}

export const rotary = {
  RotaryEmbedding: decomposition(
    (l) => {
      const at = (index: number): string =>
        l.hasInput(3) ? l.builder.op('Gather', [l.input(index), l.input(3)]) : l.input(index);
      const turned = 2 * (l.inputShape(1).at(-1) as number);
      return [rotateInput(l, l.int('num_heads', 1), turned, at(1), at(2))];
    },
    { stops: [3] },
  ),
  'com.microsoft.RotaryEmbedding': decomposition(
    (l) => {
      const shape = l.inputShape(0);
      const turned = 2 * (l.inputShape(2).at(-1) as number);
      const length = shape.at(-2) as number;
      // Without the attributes a head is all that is turned.
      const heads = l.int('rotary_embedding_dim', 0) ? l.int('num_heads', 1) : (shape.at(-1) as number) / turned;
      const at = (index: number): string =>
        l.inputShape(1).length > 1
          ? l.builder.op('Gather', [l.input(index), l.input(1)])
          : anglesFrom(l, l.input(index), l.input(1), length);
      return [rotateInput(l, heads, turned, at(2), at(3))];
    },
    { stops: [1] },
  ),
} as const satisfies Family;
