/**
 * Convolutions of small planes by kernels of 3 × 3, in fewer multiplications (Lavin and Gray 2016): a tile of 4 × 4
 * results takes 36 products for each pair of channels instead of 144. With a plane as a row of all its pixels, tiles are
 * read and written by products with constant matrices that know of padding, so nothing is rearranged; and the gradients of
 * all these products are the fast convolutions of the backward pass.
 */
import { elementCount } from '#shared/core/shape.ts';
import { staysWithin } from '#shared/compiler/checkpoint-cuts.ts';
import {
  inputMatrix,
  kernelMatrix,
  outputMatrix,
  tileProducts,
  tilesAlong,
} from '#shared/compiler/cpu/minimal-filter.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { TypedBuilder } from '#shared/compiler/typed-builder.ts';
import type { Model, Node, TypedGraph } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { windowAxes, type WindowAxis } from '#shared/ops/geometry.ts';
import { NodeView } from '#shared/ops/node-view.ts';

export interface ConvolutionSizes {
  readonly batch: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly axes: readonly [WindowAxis, WindowAxis];
}

/** @returns the model with such convolutions as products where they are worth it: faster, on a processor */
export function withWinograd(model: TypedModel, isWorthIt = pays): TypedModel {
  const found = new Map(
    model.graph.nodes.flatMap((node) => {
      const sizes = sizesOf(node, model.graph);
      return sizes && isWorthIt(sizes) ? [[node, sizes] as const] : [];
    }),
  );
  if (found.size === 0) return model;
  const writer = new Writer(model);
  for (const node of model.graph.nodes) {
    const sizes = found.get(node);
    if (sizes) writer.append(node, sizes);
    else writer.builder.append(node);
  }
  return { ...model, graph: writer.builder.rewritten };
}

/** The same where the step that `emit` makes of it stays within a limit of bytes: tiles and kernels at all points are kept. */
export async function withWinogradWithin(
  limit: number,
  model: TypedModel,
  emit: (model: TypedModel) => Model,
  oracle: Oracle,
): Promise<TypedModel> {
  const fast = withWinograd(model);
  return fast === model || (await staysWithin(limit, fast, () => emit(fast), oracle)) ? fast : model;
}

function sizesOf(node: Node, graph: TypedGraph): ConvolutionSizes | undefined {
  if (node.op !== 'Conv' || node.domain !== '') return undefined;
  const view = new NodeView(node, graph);
  if (!view.isSized || view.inputType(0).dtype !== 'float32' || view.int('group', 1) !== 1) return undefined;
  const [outputChannels, inputChannels, ...kernel] = view.inputShape(1) as [number, number, ...number[]];
  if (kernel.length !== 2 || kernel.some((size) => size !== 3)) return undefined;
  const axes = windowAxes(view, kernel) as [WindowAxis, WindowAxis];
  const isDense = axes.every(({ stride, dilation, output }) => stride === 1 && dilation === 1 && output > 0);
  const batch = view.inputShape(0)[0] as number;
  return isDense ? { batch, inputChannels, outputChannels, axes } : undefined;
}

/** Multiplications that one of a direct convolution takes the time of: kernels of blocked channels have less overhead. */
const costOfDirect = 0.8;
/** Multiplications that one of those for tiles takes the time of, in matrices of few columns. */
const costOfTiles = 1.3;
/** Multiplications that a kernel at all points takes the time of, and its gradient for each row of tiles: memory bounds both. */
const costOfKernel = 2500;
const costOfRow = 720;
/** Multiplications that the first pictures of a batch take the time of besides their own in a direct convolution, and how many do. */
const costOfFirst = 600;
const firstPictures = 8;
/** Share of the time that must be saved. */
const leastGain = 0.1;

/** By multiplications for each pair of channels, forward or of either gradient; measured on planes of 7 to 56 (record 0039). */
function pays({ batch, inputChannels, outputChannels, axes }: ConvolutionSizes): boolean {
  const { steps, rowsOfTiles, tilesOfRow } = tilingOf(axes);
  const products = tileProducts ** 2 * rowsOfTiles * tilesOfRow;
  const ofTiles = multiplications(steps, 'input') / outputChannels + multiplications(steps, 'output') / inputChannels;
  const ofKernel = costOfKernel + (rowsOfTiles > 1 ? costOfRow * rowsOfTiles : 0);
  const fast = batch * (products + costOfTiles * ofTiles) + ofKernel;
  const direct =
    costOfDirect * batch * 9 * axes[0].output * axes[1].output + costOfFirst * Math.min(batch, firstPictures);
  return fast < (1 - leastGain) * direct;
}

/** Tiles up to which a plane is read at once: the fewest operators, and no kernel that several products read. */
const mostAtOnce = 4;

/** How planes become tiles at points: in one step, or along one axis after the other. */
interface Tiling {
  /** Axes of each step, the innermost first. */
  readonly steps: readonly (readonly WindowAxis[])[];
  /** Rows of tiles with products of their own; 1 where a plane is read at once. */
  readonly rowsOfTiles: number;
  /** Tiles that share a product. */
  readonly tilesOfRow: number;
}

function tilingOf(axes: ConvolutionSizes['axes']): Tiling {
  const [rows, columns] = axes;
  const [down, across] = [tilesAlong(rows), tilesAlong(columns)];
  return down * across <= mostAtOnce
    ? { steps: [axes], rowsOfTiles: 1, tilesOfRow: down * across }
    : { steps: [[columns], [rows]], rowsOfTiles: down, tilesOfRow: across };
}

/** Of a plane, from its elements to all points or back. */
function multiplications(steps: Tiling['steps'], side: 'input' | 'output'): number {
  const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);
  let elements = product(steps.flat().map((axis) => axis[side]));
  let sum = 0;
  for (const axes of steps) {
    const points = product(axes.map((axis) => tileProducts * tilesAlong(axis)));
    sum += points * elements;
    elements *= points / product(axes.map((axis) => axis[side]));
  }
  return sum;
}

/** What products stand beside each other: points by rows, rows of tiles, points by columns. */
function gridOf(rowsOfTiles: number): number[] {
  return [tileProducts, rowsOfTiles, tileProducts];
}

class Writer {
  readonly builder: TypedBuilder;
  readonly #matrices = new Map<string, string>();

  constructor({ graph, opsets }: TypedModel) {
    this.builder = new TypedBuilder(graph, opsets[''] as number);
  }

  append(node: Node, { batch, inputChannels: inputs, outputChannels: outputs, axes }: ConvolutionSizes): void {
    const { builder } = this;
    const [x, weight, bias] = node.inputs as readonly [string, string, string?];
    const { steps, rowsOfTiles, tilesOfRow } = tilingOf(axes);
    const [grid, rows] = [gridOf(rowsOfTiles), tilesOfRow * batch];
    const points = builder.reshaped(this.#read(x, steps), [...grid, rows, inputs]);
    const product = builder.shaped('MatMul', [points, this.#filters(weight)], [...grid, rows, outputs]);
    const written = this.#write(product, steps);
    const { shape } = builder.typeOf(node.outputs[0] as string);
    const last = bias
      ? { op: 'Add', inputs: [builder.reshaped(written, shape), builder.reshaped(bias, [outputs, 1, 1])] }
      : { op: 'Reshape', inputs: [written, builder.ints(shape)] };
    builder.append({ ...last, name: node.name, domain: '', outputs: node.outputs, attributes: {} });
  }

  /** Kernels [M, C, 3, 3] at all points: [6, 1, 6, C, M]. */
  #filters(weight: string): string {
    const { builder } = this;
    const [outputs, inputs] = builder.typeOf(weight).shape as [number, number];
    const grid = gridOf(1);
    const read = this.#readThrough(
      this.#matrix('kernel', () => kernelMatrix(2)),
      weight,
    );
    const filters = builder.reshaped(read, [...grid, outputs, inputs]);
    const perm = [...grid.keys(), grid.length + 1, grid.length];
    return builder.shaped('Transpose', [filters], [...grid, inputs, outputs], { perm });
  }

  #read(planes: string, steps: Tiling['steps']): string {
    return steps.reduce(
      (value, axes) =>
        this.#readThrough(
          this.#matrix(`input ${JSON.stringify(axes)}`, () => inputMatrix(axes)),
          value,
        ),
      planes,
    );
  }

  #write(product: string, steps: Tiling['steps']): string {
    return steps.reduceRight(
      (value, axes) =>
        this.#writeThrough(
          this.#matrix(`output ${JSON.stringify(axes)}`, () => outputMatrix(axes)),
          value,
        ),
      product,
    );
  }

  /** [points, rest] of a value whose last elements are the matrix's positions. */
  #readThrough(matrix: string, value: string): string {
    const { builder } = this;
    const [points, positions] = builder.typeOf(matrix).shape as [number, number];
    const rest = elementCount(builder.typeOf(value).shape) / positions;
    const lines = builder.reshaped(value, [rest, positions]);
    return builder.shaped('Gemm', [matrix, lines], [points, rest], { transB: 1 });
  }

  /** [rest, positions] of a value whose first elements are the matrix's points. */
  #writeThrough(matrix: string, value: string): string {
    const { builder } = this;
    const [points, positions] = builder.typeOf(matrix).shape as [number, number];
    const rest = elementCount(builder.typeOf(value).shape) / points;
    const lines = builder.reshaped(value, [points, rest]);
    return builder.shaped('Gemm', [lines, matrix], [rest, positions], { transA: 1 });
  }

  #matrix(key: string, make: () => Tensor): string {
    const known = this.#matrices.get(key) ?? this.builder.initializer(this.builder.fresh('tiles'), make());
    this.#matrices.set(key, known);
    return known;
  }
}
