/** Changes to the open document as the window makes them: each is one undo step and keeps the selection sensible. */
import { notifications } from '@mantine/notifications';
import { formatPlural } from '#shared/core/format.ts';
import { lapsedCorrections } from '#shared/nodes/corrections.ts';
import type { Setting } from '#shared/advice/rule.ts';
import { fittingKinds, fittingPort, otherSide } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import { findNode, findPort, type Side } from '#shared/document/graph.ts';
import { firstOfKind } from '#shared/document/lookup.ts';
import { wireId, type Endpoint, type GraftDocument, type Wire } from '#shared/document/model.ts';
import { chooseParameter } from '#shared/document/usual.ts';
import type { NodeKind } from '#shared/nodes/kind.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { cardWidth, columnWidth, rowHeight } from '#renderer/canvas/measures.ts';
import { edit, useDocument } from './document.ts';
import { select, useInterface, type Point } from './interface.ts';
import { titleAfterFolder } from './project-title.ts';

/** Sets several parameters of a node, with what follows from them. `gesture` joins a drag or typing into one undo step. */
export function changeParameters(id: string, values: Readonly<Record<string, unknown>>, gesture = ''): void {
  const before = useDocument.getState().document;
  edit(
    (document) => {
      const changed = Object.entries(values).reduce(
        (current, [name, value]) => chooseParameter(current, id, name, value),
        document,
      );
      return titleAfterFolder(document, changed, id);
    },
    gesture === '' ? '' : `${id}.${gesture}`,
  );
  sayLapsed(lapsedCorrections(before, useDocument.getState().document));
}

/** Corrections go with the folder they were about, and not without a word. */
function sayLapsed(count: number): void {
  if (count === 0) return;
  notifications.show({
    title: `${formatPlural(count, 'correction')} taken out`,
    message: 'They were about photos of the folder before. Ctrl+Z brings both back.',
    autoClose: 15_000,
  });
}

/** Sets parameters of the first node of each kind, with what follows from them, as one undo step. */
export function applySettings(settings: readonly Setting[]): void {
  edit((document) =>
    settings.reduce((current, { kind, name, value }) => {
      const node = firstOfKind(current.nodes, kind);
      return node ? chooseParameter(current, node.id, name, value) : current;
    }, document),
  );
}

/** Ends the typing of a title; undefined leaves the old one. The kind's own title is stored as no title. */
export function finishRenaming(id: string, title: string | undefined): void {
  useInterface.setState({ renaming: undefined });
  if (title === undefined) return;
  edit((document) => {
    const node = findNode(document, id);
    const usual = node && kindOf(node.kind)?.title;
    return edits.renameNode(document, id, title.trim() === usual ? '' : title.trim());
  });
}

function overlaps(document: GraftDocument, at: Point): boolean {
  return document.nodes.some(
    ({ position }) => Math.abs(position.x - at.x) < cardWidth && Math.abs(position.y - at.y) < rowHeight * 0.7,
  );
}

/** The first free place to the right of `start`, going down a row where four are taken. */
function freePlace(document: GraftDocument, start: Point): Point {
  for (let tried = 0; tried < 64; tried++) {
    const at = { x: start.x + (tried % 4) * columnWidth, y: start.y + Math.floor(tried / 4) * rowHeight };
    if (!overlaps(document, at)) return at;
  }
  return start;
}

interface Placement {
  /** Canvas position of the card's top-left corner; without it the node goes beside `beside`, or to `fallback`. */
  readonly at?: Point | undefined;
  readonly beside?: string | undefined;
  readonly fallback: Point;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Wired to this loose end, where it fits. */
  readonly wire?: { readonly end: Endpoint; readonly side: Side } | undefined;
  /** Put into this wire, where it fits. */
  readonly splice?: Wire | undefined;
}

/** Adds a node and selects it; answers its id. */
export function add(kind: string, placement: Placement): string {
  let added = '';
  edit((document) => {
    const neighbour = placement.beside === undefined ? undefined : findNode(document, placement.beside);
    const start = neighbour ? { x: neighbour.position.x + columnWidth, y: neighbour.position.y } : placement.fallback;
    const position = placement.at ?? freePlace(document, start);
    const parameters = placement.parameters ?? {};
    const result = edits.addNode(document, { kind, position, parameters });
    added = result.id;
    return wireUp(result.document, result.id, kindOf(kind), placement);
  });
  select([added]);
  return added;
}

function wireUp(document: GraftDocument, id: string, kind: NodeKind | undefined, placement: Placement): GraftDocument {
  if (placement.splice) return edits.spliceIntoWire(document, id, placement.splice);
  if (!placement.wire || !kind) return document;
  const { end, side } = placement.wire;
  const type = findPort(document, end, side)?.type;
  const port = type && fittingPort(kind, type, otherSide(side));
  if (!port) return document;
  const other = { node: id, port: port.name };
  return side === 'output' ? edits.connect(document, end, other) : edits.connect(document, other, end);
}

/** Kinds that fit the loose end of a wire. */
export function kindsFor(wire: { readonly end: Endpoint; readonly side: Side }): readonly NodeKind[] {
  const type = findPort(useDocument.getState().document, wire.end, wire.side)?.type;
  return type === undefined ? [] : fittingKinds(type, wire.side);
}

export function wireById(document: GraftDocument, id: string | undefined): Wire | undefined {
  return id === undefined ? undefined : document.wires.find((wire) => wireId(wire) === id);
}
