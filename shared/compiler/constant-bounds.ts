/** How many elements constants have at most that are computed from others, without asking anybody. */
import { elementCount } from '#shared/core/shape.ts';
import { reads, type Node } from '#shared/ir/graph.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';

/** What is known of an operand: its elements at most, and their values where it is there already. */
interface Operand {
  readonly count: number;
  readonly values: () => readonly number[] | undefined;
}

/** What bounds the elements of an operator's results; undefined while it hangs on values that are not there yet. */
type Bound = (operands: readonly Operand[]) => number | undefined;

const first: Bound = ([data]) => data?.count;
const sum: Bound = (operands) => operands.reduce((total, { count }) => total + count, 0);
/** Broadcasting, and one pick for each index, give at most one element for each combination. */
const product: Bound = (operands) => operands.reduce((total, { count }) => total * Math.max(1, count), 1);
/** What lists the sizes of more axes than any tensor has is left to the oracle. */
const mostAxes = 64;

/** What is spread over the sizes that an operand lists. */
const spread = (data: Operand | undefined, sizes: Operand | undefined): number | undefined => {
  const values = sizes && sizes.count <= mostAxes ? sizes.values() : undefined;
  return values && (data?.count ?? 1) * elementCount(values.map((size) => Math.max(1, size)));
};

/** The arithmetic that exporters write to work out shapes, masks and tables. The oracle is asked of all others. */
const bounds: Readonly<Record<string, Bound>> = {
  Identity: first,
  Cast: first,
  Reshape: first,
  Squeeze: first,
  Unsqueeze: first,
  Flatten: first,
  Transpose: first,
  Slice: first,
  Floor: first,
  Ceil: first,
  Round: first,
  Sqrt: first,
  Neg: first,
  Abs: first,
  Not: first,
  ReduceProd: first,
  ReduceSum: first,
  ReduceMax: first,
  ReduceMin: first,
  ScatterND: first,
  ScatterElements: first,
  Concat: sum,
  Gather: product,
  Add: product,
  Sub: product,
  Mul: product,
  Div: product,
  Mod: product,
  Pow: product,
  Min: product,
  Max: product,
  Equal: product,
  Greater: product,
  Less: product,
  And: product,
  Or: product,
  Where: product,
  ConstantOfShape: ([sizes]) => spread(undefined, sizes),
  Expand: ([data, sizes]) => spread(data, sizes),
  Tile: ([data, repeats]) => spread(data, repeats),
  Range: (operands) => {
    const [start, limit, delta] = operands.map((operand) => operand.values()?.[0]);
    if (start === undefined || limit === undefined || delta === undefined) return undefined;
    return Math.max(0, Math.ceil((limit - start) / delta));
  },
};

/**
 * Those of the nodes, which stand in their order, that read constants and each other alone and whose results are known
 * to have at most `most` elements, together with those of the nodes before.
 */
export function smallNodes(nodes: readonly Node[], constants: ReadonlyMap<string, Tensor>, most: number): Node[] {
  const counts = new Map<string, number>();
  let left = most;
  const operand = (name: string): Operand | undefined => {
    const tensor = constants.get(name);
    const count = tensor ? elementCount(tensor.shape) : counts.get(name);
    return count === undefined ? undefined : { count, values: () => tensor && numbers(tensor) };
  };
  return nodes.filter((node) => {
    const operands = reads(node).map(operand);
    const bound = node.domain === '' && Object.hasOwn(bounds, node.op) ? bounds[node.op] : undefined;
    const count = operands.every((one) => one !== undefined) ? bound?.(operands) : undefined;
    if (count === undefined || !(count <= left)) return false;
    left -= count;
    for (const name of node.outputs) counts.set(name, count);
    return true;
  });
}
