/** The last line of an engine process that its own watch has ended: why. */
import { z } from 'zod';

const causeSchema = z.discriminatedUnion('cause', [
  /** It took more memory than what it was asked for may. */
  z.object({ cause: z.literal('memory'), heldMiB: z.number(), limitMiB: z.number() }),
  /** Native code did not come back. */
  z.object({ cause: z.literal('stuck') }),
  /** Its host had gone. */
  z.object({ cause: z.literal('orphaned') }),
]);
export type CauseOfDeath = z.infer<typeof causeSchema>;

const mark = '#graft-ended ';

export function deathNote(cause: CauseOfDeath): string {
  return mark + JSON.stringify(cause);
}

/** Undefined for any other line. */
export function readDeathNote(line: string): CauseOfDeath | undefined {
  if (!line.startsWith(mark)) return undefined;
  try {
    return causeSchema.safeParse(JSON.parse(line.slice(mark.length))).data;
  } catch {
    return undefined;
  }
}
