/** The way from every older format to the next, one step each. */
import { edgesToWires } from './0001-edges-to-wires.ts';

export const oldestFormat = 1;

/** By the format each starts from. A step validates what it takes and throws a ZodError when it is something else. */
export const migrations: ReadonlyMap<number, (value: unknown) => unknown> = new Map([[1, edgesToWires]]);
