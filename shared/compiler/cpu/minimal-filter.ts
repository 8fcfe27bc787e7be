/**
 * The matrices of F(4, 3): four results of a filter of three taps from six products (Winograd 1980, by the construction of
 * Toom and Cook). With y[o] = Σₖ g[k]·d[o + k], y = Aᵀ·((G·g) ⊙ (Bᵀ·d)): the polynomials of both are evaluated at six
 * points, the last of them infinity, and what is multiplied there is read back.
 */
import { indicesOf } from '#shared/core/shape.ts';
import { float32Tensor, type Tensor } from '#shared/ir/tensor.ts';
import type { WindowAxis } from '#shared/ops/geometry.ts';

/** Results of a tile along an axis. */
const results = 4;
const taps = 3;
/** Products of a tile along an axis. */
const products = results + taps - 1;

/**
 * The points besides infinity. Of a dozen sets tried, these give the least error in float32: 1.3e-6 of the results' spread
 * for 256 channels, where 0, ±1, ±2 give 3.2e-6.
 */
const points = [0, 5 / 8, -5 / 8, 3 / 2, -3 / 2];

type Matrix = readonly (readonly number[])[];

/** Coefficients of ∏ (x − root), the constant one first. */
function polynomialOf([root, ...others]: readonly number[]): number[] {
  if (root === undefined) return [1];
  const rest = polynomialOf(others);
  return [0, ...rest].map((coefficient, power) => coefficient - root * (rest[power] ?? 0));
}

/** Rows of 1, p, p², … for each point, and of the highest power alone for infinity. */
function powers(count: number): Matrix {
  const infinity = Array.from({ length: count }, (_, power) => (power === count - 1 ? 1 : 0));
  return [...points.map((point) => Array.from({ length: count }, (_, power) => point ** power)), infinity];
}

/** Bᵀ: the polynomial that is 1 at a point and 0 at the others, a row for each; for infinity that which is 0 at all. */
const reading: Matrix = [
  ...points.map((point) => {
    const others = points.filter((other) => other !== point);
    const scale = others.reduce((product, other) => product * (point - other), 1);
    return [...polynomialOf(others).map((coefficient) => coefficient / scale), 0];
  }),
  polynomialOf(points),
];
/** A */
const writing = powers(results);
/** G */
const evaluating = powers(taps);

/** Products of a tile, along each axis. */
export const tileProducts = products;

/** Tiles along an axis; the last may reach past the end. */
export const tilesAlong = ({ output }: WindowAxis): number => Math.ceil(output / results);

/** [6ᵃ, 3ᵃ]: a kernel at all points, of `axes` axes. */
export function kernelMatrix(axes: number): Tensor {
  return kronecker(Array.from({ length: axes }, () => [evaluating]));
}

/** [6ᵃ · tiles, input positions] for `a` axes: all tiles at all points. What padding adds is 0. */
export function inputMatrix(axes: readonly WindowAxis[]): Tensor {
  const place = (axis: WindowAxis, tile: number): Matrix =>
    reading.map((row) => spread(row, axis.input, results * tile - axis.begin));
  return kronecker(axes.map((axis) => tilesOf(axis).map((tile) => place(axis, tile))));
}

/** [6ᵃ · tiles, output positions]: what each product adds to which result. */
export function outputMatrix(axes: readonly WindowAxis[]): Tensor {
  const place = (axis: WindowAxis, tile: number): Matrix =>
    writing.map((row) => spread(row, axis.output, results * tile));
  return kronecker(axes.map((axis) => tilesOf(axis).map((tile) => place(axis, tile))));
}

function tilesOf(axis: WindowAxis): number[] {
  return Array.from({ length: tilesAlong(axis) }, (_, tile) => tile);
}

/** The values from a position on, among `length`; those that come to lie outside are left out. */
function spread(values: readonly number[], length: number, from: number): number[] {
  return Array.from({ length }, (_, position) => values[position - from] ?? 0);
}

/** Of matrices [tile][point][position] along each axis, that of all: rows by points, then tiles, columns by positions. */
function kronecker(axes: readonly (readonly Matrix[])[]): Tensor {
  const ofPoints = indicesOf(axes.map((tiles) => (tiles[0] as Matrix).length));
  const ofTiles = indicesOf(axes.map((tiles) => tiles.length));
  const rows = ofPoints.flatMap((point) =>
    ofTiles.map((tile) => outerProduct(axes.map((tiles, axis) => lineOf(tiles, tile[axis], point[axis])))),
  );
  return float32Tensor([rows.length, (rows[0] as number[]).length], rows.flat());
}

function lineOf(tiles: readonly Matrix[], tile = 0, point = 0): readonly number[] {
  return (tiles[tile] as Matrix)[point] as readonly number[];
}

function outerProduct(lines: readonly (readonly number[])[]): number[] {
  return lines.reduce<number[]>((all, line) => all.flatMap((a) => line.map((b) => a * b)), [1]);
}
