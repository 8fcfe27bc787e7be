/** Nodes as text: copy, paste and duplicate, within a project and across projects. */
import { z } from 'zod';
import { connect, freshId, type Position } from './edits.ts';
import { currentFormat, graphNodeSchema, wireSchema, type GraftDocument, type GraphNode } from './model.ts';

const clipSchema = z.object({
  graft: z.literal('nodes'),
  format: z.literal(currentFormat),
  nodes: z.array(graphNodeSchema).min(1),
  /** Wires among the nodes. */
  wires: z.array(wireSchema),
  /** Wires into the nodes from others; kept only when asked for. */
  incoming: z.array(wireSchema),
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

/** The nodes in a clipboard text; undefined when the text is something else. */
export function parseClip(text: string): Clip | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return clipSchema.safeParse(value).data;
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

function shiftOf(nodes: readonly GraphNode[], { offset, at }: PasteOptions): Position {
  if (!at) return offset ?? besideOriginal;
  return {
    x: at.x - Math.min(...nodes.map(({ position }) => position.x)),
    y: at.y - Math.min(...nodes.map(({ position }) => position.y)),
  };
}

/** Adds the clip's nodes under new ids; answers the ids in the clip's order. */
export function paste(
  document: GraftDocument,
  clip: Clip,
  options: PasteOptions = {},
): { document: GraftDocument; ids: string[] } {
  const shift = shiftOf(clip.nodes, options);
  const taken = new Set(document.nodes.map(({ id }) => id));
  const renamed = new Map<string, string>();
  const copies = clip.nodes.map((node): GraphNode => {
    const id = freshId(taken, node.kind);
    taken.add(id);
    renamed.set(node.id, id);
    return { ...node, id, position: { x: node.position.x + shift.x, y: node.position.y + shift.y } };
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
  const pasted = [...wires, ...incoming].reduce((current, { from, to }) => connect(current, from, to), added);
  return { document: pasted, ids: copies.map(({ id }) => id) };
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
