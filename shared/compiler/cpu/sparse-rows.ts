/**
 * The gradient of a table of which a batch reads a few rows is zero in all others. Written as a whole table it costs an
 * optimizer more passes over memory than the rest of its arithmetic: here only its rows are kept, until they are added
 * to something that is not zero elsewhere, such as a moving average.
 */
import { elementCount, sameShape, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { intAttribute, producers, reads, stringAttribute, type Graph, type Node } from '#shared/ir/graph.ts';
import { numbers, type TensorType } from '#shared/ir/tensor.ts';
import { leastRowsPerRead } from '#shared/ops/indexing.ts';
import { withoutDead } from '#shared/compiler/subgraph.ts';

type Types = ReadonlyMap<string, TensorType>;

/** ScatterElements and ScatterND are the current ones from here on. */
const leastOpset = 16;

/** A table of zeros with rows added: ScatterElements along axis 1 of [1, size, width]. */
interface Table {
  readonly node: Node;
  readonly size: number;
  readonly count: number;
  readonly width: number;
  /** Row of each read, [1, count, 1]. */
  readonly places: string;
  /** [1, count, width]. */
  readonly added: string;
}

/** What is known of a value that is zero but for some rows. */
interface Rows {
  readonly table: Table;
  /** [count, …]: the whole row at each place, the same where places repeat. */
  readonly values: string;
}

export function keepRowsSparse(graph: Graph, opset: number, types: Types): Graph {
  if (opset < leastOpset) return graph;
  const tables = sparseTables(graph, types);
  if (tables.size === 0) return graph;
  const writer = new Writer(graph, opset, types, tables);
  for (const node of graph.nodes) writer.add(node);
  return withoutDead(writer.graph());
}

/** The table behind each value that can be kept as rows, all its readers being able to take it so. */
function sparseTables(graph: Graph, types: Types): Map<string, Table> {
  const found = new Finder(graph, types);
  const behind = new Map<string, Table>();
  const refused = new Set<Table>();
  for (const node of graph.nodes) {
    const table = found.tableOf(node);
    const read = [...new Set(reads(node).flatMap((value) => behind.get(value) ?? []))];
    const [output] = node.outputs as [string];
    const result = read.length === 1 ? kindOf(node, behind, types) : read.length === 0 ? 'dense' : undefined;
    if (table) behind.set(output, table);
    else if (result === 'rows') behind.set(output, read[0] as Table);
    else if (result === undefined) for (const one of read) refused.add(one);
  }
  for (const { name } of graph.outputs) {
    const table = behind.get(name);
    if (table) refused.add(table);
  }
  return new Map([...behind].filter(([, table]) => !refused.has(table)));
}

/** What a node makes of rows: rows again, or a whole table; undefined where it cannot take them. */
function kindOf(node: Node, behind: ReadonlyMap<string, Table>, types: Types): 'rows' | 'dense' | undefined {
  const [a, b] = node.inputs as [string, string];
  const table = (behind.get(a) ?? behind.get(b)) as Table;
  const shape = types.get(node.outputs[0] as string)?.shape ?? [];
  if (node.domain !== '' || shape[0] !== table.size || elementCount(shape) !== table.size * table.width)
    return undefined;
  if (node.op === 'Reshape') return behind.has(a) ? 'rows' : undefined;
  const others = [a, b].filter((input) => !behind.has(input));
  const [other] = others;
  const isWhole = (value: string): boolean => sameShape(types.get(value)?.shape ?? [], shape);
  if (![a, b].every((input) => others.includes(input) || isWhole(input))) return undefined;
  switch (node.op) {
    case 'Mul':
      return other === undefined || isScalar(other, shape, types) ? 'rows' : undefined;
    case 'Div':
      return other === b && isScalar(b, shape, types) ? 'rows' : undefined;
    case 'Add':
      return other !== undefined && isWhole(other) ? 'dense' : undefined;
    case 'Sub':
      return other === a && isWhole(a) ? 'dense' : undefined;
    default:
      return undefined;
  }
}

function isScalar(value: string, beside: Shape, types: Types): boolean {
  const shape = types.get(value)?.shape;
  return shape !== undefined && elementCount(shape) === 1 && shape.length <= beside.length;
}

class Finder {
  readonly #graph: Graph;
  readonly #types: Types;
  readonly #producers: ReadonlyMap<string, Node>;

  constructor(graph: Graph, types: Types) {
    this.#graph = graph;
    this.#types = types;
    this.#producers = producers(graph);
  }

  tableOf(node: Node): Table | undefined {
    if (node.op !== 'ScatterElements' || node.domain !== '' || intAttribute(node, 'axis', 0) !== 1) return undefined;
    if (stringAttribute(node, 'reduction', 'none') !== 'add') return undefined;
    const [zeros, indices, added] = node.inputs as [string, string, string];
    const [one, size, width] = this.#types.get(zeros)?.shape ?? [];
    const count = this.#types.get(added)?.shape[1];
    const spread = this.#producers.get(indices);
    const places = spread?.op === 'Expand' ? (spread.inputs[0] as string) : '';
    if (one !== 1 || size === undefined || width === undefined || count === undefined) return undefined;
    const isSpread = sameShape(this.#types.get(places)?.shape ?? [], [1, count, 1]);
    if (!isSpread || !this.#isZero(zeros) || size < leastRowsPerRead * count) return undefined;
    return { node, size, count, width, places, added };
  }

  #isZero(value: string): boolean {
    const node = this.#producers.get(value);
    const constant = this.#graph.initializers.get(node?.op === 'Expand' ? (node.inputs[0] as string) : '');
    return constant !== undefined && elementCount(constant.shape) === 1 && numbers(constant)[0] === 0;
  }
}

class Writer {
  readonly #graph: Graph;
  readonly #builder: GraphBuilder;
  readonly #types: Types;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #rows = new Map<string, Rows>();
  /** Row of each read, int64 [count], counted from the first. */
  readonly #places = new Map<Table, string>();

  constructor(graph: Graph, opset: number, types: Types, tables: ReadonlyMap<string, Table>) {
    this.#graph = graph;
    this.#builder = new GraphBuilder(opset);
    this.#builder.reserve(graph);
    this.#types = types;
    this.#tables = tables;
  }

  graph(): Graph {
    const { nodes, initializers } = this.#builder;
    return { ...this.#graph, nodes, initializers: new Map([...this.#graph.initializers, ...initializers]) };
  }

  add(node: Node): void {
    const output = node.outputs[0] as string;
    const table = this.#tables.get(output);
    const sparse = node.inputs.map((input) => this.#rows.get(input));
    if (table?.node === node) this.#rows.set(output, { table, values: this.#sums(table) });
    else if (table) this.#rows.set(output, { table, values: this.#ofRows(node, table, sparse) });
    else if (sparse.some((rows) => rows !== undefined)) this.#addRows(node, sparse);
    else this.#builder.append(node);
  }

  /** What is added to the row of each place, all places of the same row together: [count, width]. */
  #sums(table: Table): string {
    const builder = this.#builder;
    const { size, count, width } = table;
    const given = builder.cast(builder.reshape(table.places, [count]), 'int64');
    // Modulo the size: places counted from the end, which would pass for other rows, are counted from the first.
    const places = builder.op('Mod', [given, builder.scalar('int64', size)]);
    this.#places.set(table, places);
    const [, , slots] = builder.opN('Unique', [places], 3, { sorted: 0 }) as [string, string, string];
    const spread = builder.expand(builder.reshape(slots, [count, 1]), [count, width]);
    const dtype = this.#types.get(table.added)?.dtype ?? 'float32';
    const zeros = builder.expand(builder.scalar(dtype, 0), [count, width]);
    const added = builder.reshape(table.added, [count, width]);
    const sums = builder.op('ScatterElements', [zeros, spread, added], { axis: 0, reduction: 'add' });
    return builder.op('Gather', [sums, slots], { axis: 0 });
  }

  /** A node that maps zero to zero, made of the rows alone. */
  #ofRows(node: Node, table: Table, sparse: readonly (Rows | undefined)[]): string {
    if (node.op === 'Reshape') {
      const [, ...row] = this.#types.get(node.outputs[0] as string)?.shape ?? [];
      return this.#builder.reshape((sparse[0] as Rows).values, [table.count, ...row]);
    }
    const inputs = node.inputs.map((input, index) => sparse[index]?.values ?? input);
    return this.#builder.op(node.op, inputs);
  }

  /** X ± rows: X with the rows at these places replaced by what they become; repeated places write the same. */
  #addRows(node: Node, sparse: readonly (Rows | undefined)[]): void {
    const builder = this.#builder;
    const at = sparse.findIndex((rows) => rows !== undefined);
    const { table, values } = sparse[at] as Rows;
    const whole = node.inputs[1 - at] as string;
    const places = this.#places.get(table) as string;
    const before = builder.op('Gather', [whole, places], { axis: 0 });
    const after = builder.op(node.op, [before, values]);
    const inputs = [whole, builder.reshape(places, [table.count, 1]), after];
    builder.append({ ...node, op: 'ScatterND', inputs, attributes: {} });
  }
}
