/** Repeating a computation along the first axis of some values, as one ONNX Scan of the size of a single step. */
import type { Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { DType } from '#shared/ir/tensor.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

/** A value, and the shape of what one step has of it. */
export interface Stepped {
  readonly value: string;
  readonly shape: Shape;
}

type Optional = Readonly<Record<string, Stepped | undefined>>;
/** Under each name the value within one step. */
type Seen<Values extends Optional> = {
  [Name in keyof Values]: Values[Name] extends Stepped ? string : string | undefined;
};
type Named<Values> = { [Name in keyof Values]: string };

export interface ScanSpec<States, Rows> {
  /** From the first step to the last, or back; either way results lie where the rows do that they come from. */
  readonly forwards: boolean;
  /** Carried from step to step: their initial values. */
  readonly states: States;
  /** Read one row a step; those that are undefined are left out. */
  readonly rows: Rows;
}

/**
 * All values have the element type of `g`.
 *
 * @param step writes one step with the emitter of the body, and may read values of the graph outside: gives the next
 * states, and one row of each result
 * @returns the last states, and the results
 */
export function scan<
  States extends Readonly<Record<string, Stepped>>,
  Rows extends Optional,
  Results extends Readonly<Record<string, Stepped>>,
>(
  g: Emitter,
  { forwards, states, rows }: ScanSpec<States, Rows>,
  step: (body: Emitter, state: Named<States>, row: Seen<Rows>) => { states: Named<States>; rows: Results },
): { states: Named<States>; rows: Named<Results> } {
  const body = g.builder.body();
  const carried = Object.entries<Stepped>(states);
  const read = Object.entries(rows).filter((entry): entry is [string, Stepped] => entry[1] !== undefined);
  const state = declared(body, g.dtype, carried) as Named<States>;
  const made = step(g.within(body), state, declared(body, g.dtype, read) as Seen<Rows>);
  const results = Object.entries<Stepped>(made.rows);
  for (const [name, { shape }] of carried) body.output(made.states[name] as string, g.dtype, shape);
  // A value may not be given twice, as a state and as a result, nor be one of the body's own inputs.
  const taken = new Set([...Object.values<string>(made.states), ...body.inputs.map((input) => input.name)]);
  for (const [name, { value, shape }] of results) {
    body.output(value, g.dtype, shape, taken.has(value) ? body.fresh(`${name}/row`) : value);
  }
  const direction = forwards ? 0 : 1;
  const outputs = g.builder.opN(
    'Scan',
    [...carried, ...read].map(([, { value }]) => value),
    carried.length + results.length,
    {
      body: { type: 'graph', value: body.build('step') },
      num_scan_inputs: read.length,
      scan_input_directions: read.map(() => direction),
      scan_output_directions: results.map(() => direction),
    },
  );
  const named = (entries: readonly [string, Stepped][], first: number): Record<string, string> =>
    Object.fromEntries(entries.map(([name], index) => [name, outputs[first + index] as string]));
  return {
    states: named(carried, 0) as Named<States>,
    rows: named(results, carried.length) as Named<Results>,
  };
}

/** An input of the body for each value. */
function declared(body: GraphBuilder, dtype: DType, values: readonly [string, Stepped][]): Record<string, string> {
  return Object.fromEntries(values.map(([name, { shape }]) => [name, body.input(body.fresh(name), dtype, shape)]));
}
