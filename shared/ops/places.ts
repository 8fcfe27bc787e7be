/** Reading and adding at places that are computed: an index for every element, as GatherElements has it. */
import type { Shape } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

/** What stands at `indices` along `axis`. */
export function pickAt(g: Emitter, value: string, axis: number, indices: string): string {
  return g.builder.op('GatherElements', [value, indices], { axis });
}

/**
 * Zeros of a shape with `values` added at `indices` along `axis` (operator set 16 and later). Not by ScatterND, whose
 * additions on the CPU are made by several threads at once and lose some where indices repeat.
 */
export function addAt(g: Emitter, shape: Shape, axis: number, indices: string, values: string): string {
  return g.builder.op('ScatterElements', [g.zeros(shape), indices, values], { axis, reduction: 'add' });
}
