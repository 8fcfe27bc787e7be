/**
 * The `.graft` document: what a project file holds. Immutable; edits make new ones (document/edits.ts).
 * It refers to data and models by path relative to itself plus content hash, and never embeds them.
 */
import { z } from 'zod';
import { listOf, plainRecord } from './schemas.ts';

/** Raise with every change of meaning, together with a numbered migration in document/migrations. */
export const currentFormat = 3;

/** Characters. Sentences name nodes by their ids, and ids are made of kinds. */
const longestId = 1000;
const longestKind = 200;

const positionSchema = z.object({ x: z.number(), y: z.number() });

export const graphNodeSchema = z.object({
  /** Unique in the document; `--set` and errors name it. */
  id: z.string().min(1).max(longestId),
  /** Name of a node kind. */
  kind: z.string().min(1).max(longestKind),
  /** A title of the person's own; '' shows the kind's. */
  title: z.string().default(''),
  /** Top-left corner on the canvas, pixels. */
  position: positionSchema,
  /** Values by parameter name; a missing one has the kind's default. */
  parameters: plainRecord.default({}),
});
export type GraphNode = z.infer<typeof graphNodeSchema>;

const endpointSchema = z.object({ node: z.string(), port: z.string() });
export type Endpoint = z.infer<typeof endpointSchema>;

/** A wire, from an output port to an input port. An input takes one wire. */
export const wireSchema = z.object({ from: endpointSchema, to: endpointSchema });
export type Wire = z.infer<typeof wireSchema>;

export const documentSchema = z.object({
  format: z.literal(currentFormat),
  title: z.string().default(''),
  nodes: listOf(graphNodeSchema),
  wires: listOf(wireSchema),
  /** Where the person was looking; never part of undo. */
  viewport: z.object({ x: z.number(), y: z.number(), zoom: z.number() }).optional(),
});
export type GraftDocument = z.infer<typeof documentSchema>;

export const emptyDocument: GraftDocument = { format: currentFormat, title: '', nodes: [], wires: [] };

/** Identity of a wire for selection and keys. */
export function wireId(wire: Wire): string {
  return `${wire.from.node}.${wire.from.port}→${wire.to.node}.${wire.to.port}`;
}

/** Tells any two wires apart, which `wireId` does not where names have dots and arrows in them. */
export function wireKey({ from, to }: Wire): string {
  return JSON.stringify([from.node, from.port, to.node, to.port]);
}
