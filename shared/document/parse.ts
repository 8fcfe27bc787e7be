/** Reads `.graft` files of this format and of older ones. */
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import { readJson } from './json.ts';
import { migrate, oldestFormat } from './migrations/steps.ts';
import { currentFormat, documentSchema, type GraftDocument } from './model.ts';
import { placeOf, reasonOf } from './reason.ts';

const formatSchema = z.object({ format: z.number().int() });

/**
 * The document in a file's text, brought up to the current format. `path` only appears in errors:
 * `document.newer` for a format this version does not know, `document.corrupt` for anything else.
 */
export function parseDocument(text: string, path: string): GraftDocument {
  const corrupt = (reason: string): GraftError => new GraftError('document.corrupt', { path, reason });
  const read = readJson(text);
  if ('flaw' in read) throw corrupt(/\S/u.test(text) ? read.flaw : 'it is empty.');
  const { value } = read;
  const header = formatSchema.safeParse(value);
  if (!header.success) throw corrupt('it has no format number.');
  const { format } = header.data;
  if (format > currentFormat) throw new GraftError('document.newer', { path, format, supported: currentFormat });
  if (format < oldestFormat) throw corrupt(`there is no format ${format}.`);
  try {
    return unique(documentSchema.parse(migrate(value, format)), corrupt);
  } catch (thrown) {
    const issue = thrown instanceof z.ZodError ? thrown.issues[0] : undefined;
    throw issue ? corrupt(`${placeOf(issue.path)} ${reasonOf(issue)}`) : thrown;
  }
}

/** Ids are what wires and problems refer to, so two nodes with one id leave no telling which is meant. */
function unique(document: GraftDocument, corrupt: (reason: string) => GraftError): GraftDocument {
  const ids = new Set<string>();
  for (const { id } of document.nodes) {
    if (ids.has(id)) throw corrupt(`two nodes are called “${id}”.`);
    ids.add(id);
  }
  return document;
}
