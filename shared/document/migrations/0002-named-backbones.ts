/**
 * In format 2 a backbone whose model was not named was `nano`. Since format 3 it is the one that new projects begin
 * with, which is another, so older projects name theirs.
 */
import { z } from 'zod';
import { listOf, plainRecord } from '../schemas.ts';

const formatSchema = z.looseObject({
  format: z.literal(2),
  nodes: listOf(z.looseObject({ kind: z.string(), parameters: plainRecord.default({}) })),
});

/** Throws a ZodError when the value is not a document, or a clip of nodes, of format 2. */
export function nameBackbones(value: unknown): unknown {
  const { nodes, ...others } = formatSchema.parse(value);
  return {
    ...others,
    format: 3,
    nodes: nodes.map((node) =>
      node.kind === 'backbone' ? { ...node, parameters: { model: 'nano', ...node.parameters } } : node,
    ),
  };
}
