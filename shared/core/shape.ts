/** Shapes are row-major dimension lists; a scalar is `[]`. */
export type Shape = readonly number[];

/** Number of elements of a tensor with this shape (1 for a scalar). */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/**
 * The axes along which `from` was broadcast to reach `to` under ONNX (NumPy) multidirectional rules:
 * leading axes that `from` lacks, then axes where it has 1 and `to` has more. Indices are into `to`.
 */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const axes: number[] = [];
  for (let axis = 0; axis < to.length; axis++) {
    if (axis < lead || (from[axis - lead] === 1 && to[axis] !== 1)) axes.push(axis);
  }
  return axes;
}

/** Turns an ONNX axis, which may be negative, into its index in `[0, rank)`. */
export function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Every index into a tensor of this shape, the last axis fastest. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, index) => [...head, index])),
    [[]],
  );
}
