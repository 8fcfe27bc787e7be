/** Nodes as text: copy, paste and duplicate, within a project and across projects. */
import { z } from 'zod';
import { connectAll, freshIds, type Position } from './edits.ts';
import { readJson } from './json.ts';
import { migrate } from './migrations/steps.ts';
import { currentFormat, graphNodeSchema, wireSchema, type GraftDocument, type GraphNode } from './model.ts';
import { listOf } from './schemas.ts';

const clipSchema = z.object({
  graft: z.literal('nodes'),
  format: z.literal(currentFormat),
  nodes: listOf(graphNodeSchema).refine((nodes) => nodes.length > 0),
  /** Wires among the nodes. */
  wires: listOf(wireSchema),
  /** Wires into the nodes from others; kept only when asked for. */
  incoming: listOf(wireSchema),
});
export type Clip = z.infer<typeof clipSchema>;

function clipOf(document: GraftDocument, ids: readonly string[]): Clip {
  const chosen = new Set(ids);
  const inside = document.wires.filter((wire) => chosen.has(wire.to.node));
  return {
    graft: 'nodes',
    format: currentFormat,
    nodes: document.nodes.filter(({ id }) => chosen.has(id)),
    wires: inside.filter((wire) => chosen.has(wire.from.node)),
    incoming: inside.filter((wire) => !chosen.has(wire.from.node)),
  };
}

/** The clipboard text of these nodes. */
export function copy(document: GraftDocument, ids: readonly string[]): string {
  return JSON.stringify(clipOf(document, ids), undefined, 2);
}

/** Clips that were copied from an earlier version. Before format 2 there were none. */
const olderClipSchema = z.looseObject({ graft: z.literal('nodes'), format: z.number().int().min(2) });

/** The nodes in a clipboard text; undefined when the text is something else. */
export function parseClip(text: string): Clip | undefined {
  const read = readJson(text);
  if (!('value' in read)) return undefined;
  const { data } = olderClipSchema.safeParse(read.value);
  try {
    return data && clipSchema.safeParse(migrate(data, data.format)).data;
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

export interface PasteOptions {
  /** Moves the copies by this much; ignored when `at` is given. */
  readonly offset?: Position;
  /** Where the top-left corner of the copies goes. */
  readonly at?: Position;
  /** Joins the copies to the nodes that fed the originals, where those exist and fit. */
  readonly keepIncoming?: boolean;
}

const besideOriginal: Position = { x: 32, y: 32 };

/** Where nodes come to stand. Numbers so large that their sum is none any more stay the largest there are. */
function shifted(nodes: readonly GraphNode[], { offset, at }: PasteOptions): (position: Position) => Position {
  const by = offset ?? besideOriginal;
  if (!at) return ({ x, y }) => ({ x: bounded(x + by.x), y: bounded(y + by.y) });
  const left = nodes.reduce((least, { position }) => Math.min(least, position.x), Infinity);
  const top = nodes.reduce((least, { position }) => Math.min(least, position.y), Infinity);
  return ({ x, y }) => ({ x: bounded(at.x + bounded(x - left)), y: bounded(at.y + bounded(y - top)) });
}

function bounded(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

/** Adds the clip's nodes under new ids; answers the ids in the clip's order. */
export function paste(
  document: GraftDocument,
  clip: Clip,
  options: PasteOptions = {},
): { document: GraftDocument; ids: string[] } {
  const place = shifted(clip.nodes, options);
  const freshId = freshIds(document);
  const renamed = new Map<string, string>();
  const copies = clip.nodes.map((node): GraphNode => {
    const id = freshId(node.kind);
    renamed.set(node.id, id);
    return { ...node, id, position: place(node.position) };
  });
  const wires = clip.wires.flatMap(({ from, to }) => {
    const [source, target] = [renamed.get(from.node), renamed.get(to.node)];
    return source !== undefined && target !== undefined
      ? [{ from: { ...from, node: source }, to: { ...to, node: target } }]
      : [];
  });
  const incoming = (options.keepIncoming ? clip.incoming : []).flatMap(({ from, to }) => {
    const target = renamed.get(to.node);
    return target !== undefined ? [{ from, to: { ...to, node: target } }] : [];
  });
  const added = { ...document, nodes: [...document.nodes, ...copies] };
  return { document: connectAll(added, [...wires, ...incoming]), ids: copies.map(({ id }) => id) };
}

/** Copies nodes beside themselves, with the wires among them. */
export function duplicate(
  document: GraftDocument,
  ids: readonly string[],
  options: PasteOptions = {},
): { document: GraftDocument; ids: string[] } {
  const clip = clipOf(document, ids);
  return clip.nodes.length === 0 ? { document, ids: [] } : paste(document, clip, options);
}
