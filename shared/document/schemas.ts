/** Schemas for what comes from strangers: what they say of a value never takes longer than the value is large. */
import { z } from 'zod';
import { deepest } from './json.ts';

/**
 * A list whose reading ends at its first bad entry. `z.array` goes on, and of a list of ten million bad ones it makes as
 * many issues, for which there is no memory.
 */
export function listOf<Entry extends z.ZodType>(entry: Entry): z.ZodType<z.output<Entry>[], z.input<Entry>[]> {
  const list = z.array(z.unknown()).transform((entries, context) => {
    const read: z.output<Entry>[] = [];
    for (const [index, value] of entries.entries()) {
      const parsed = entry.safeParse(value);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        context.issues.push({ ...issue, input: value, path: [index, ...(issue?.path ?? [])] } as z.core.$ZodRawIssue);
        return z.NEVER;
      }
      read.push(parsed.data);
    }
    return read;
  });
  return list as z.ZodType<z.output<Entry>[], z.input<Entry>[]>;
}

/** Members of a record; no kind of node has a tenth as many parameters. */
const mostMembers = 200;

/** Values by name that may mean anything: all that can be written as JSON and read back. */
export const plainRecord = z.record(z.string(), z.unknown()).superRefine((record, context) => {
  const names = Object.keys(record);
  if (names.length > mostMembers) context.addIssue(`must have at most ${mostMembers} entries.`);
  for (const name of names) {
    const flaw = flawOf(record[name], deepest);
    if (flaw === undefined) continue;
    context.addIssue({ code: 'custom', message: flaw, path: [name] });
    return;
  }
});

/** A clause that follows the value's place. */
function flawOf(value: unknown, levels: number): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'holds a number too large to be kept.';
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return `must not be nested more than ${deepest} levels deep.`;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    const flaw = flawOf(inner, levels - 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}
