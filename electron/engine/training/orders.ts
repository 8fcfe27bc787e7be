/**
 * Orders for a run whose host has gone: whoever has taken it over leaves them as a file in the run's folder, which is
 * looked for between two calls of the runtime and deleted once it is read.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { engineProcedures, type EngineInput } from '#shared/protocol/engine.ts';
import { ordersFile } from '#shared/protocol/run.ts';
import { readTextSync } from '#electron/files/regular-file.ts';

/** Milliseconds between two looks. */
const pace = 250;
const largestOrder = 10_000;

/** Hands on every order that is left in the folder. @returns what ends that */
export function followOrders(run: string, obey: (order: EngineInput<'control'>) => void): () => void {
  const file = join(run, ordersFile);
  const timer = setInterval(() => {
    const order = takeOrder(file);
    if (order) obey(order);
  }, pace);
  return () => clearInterval(timer);
}

function takeOrder(file: string): EngineInput<'control'> | undefined {
  try {
    const order = engineProcedures.control.input.safeParse(JSON.parse(readTextSync(file, largestOrder)));
    rmSync(file, { force: true });
    return order.data;
  } catch {
    // There is none, or none that is whole yet.
    return undefined;
  }
}
