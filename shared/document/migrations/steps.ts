/** The way from every older format to the next, one step each. */
import { edgesToWires } from './0001-edges-to-wires.ts';
import { nameBackbones } from './0002-named-backbones.ts';

export const oldestFormat = 1;

/** By the format each starts from. A step validates what it takes and throws a ZodError when it is something else. */
const migrations: ReadonlyMap<number, (value: unknown) => unknown> = new Map([
  [1, edgesToWires],
  [2, nameBackbones],
]);

/** A value of this format as one of today's. */
export function migrate(value: unknown, format: number): unknown {
  const step = migrations.get(format);
  return step ? migrate(step(value), format + 1) : value;
}
