/** Drawing a wire with the pointer: what fits glows, a refusal says why, empty space offers what fits. */
import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react';
import { canConnect, fittingEndpoints, otherSide } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import { findPort, type Side } from '#shared/document/graph.ts';
import type { Endpoint, Wire } from '#shared/document/model.ts';
import { edit, useDocument } from '#renderer/store/document.ts';
import { endpointKey, openDialog, showHint, useInterface, type Point } from '#renderer/store/interface.ts';
import { toCanvas } from './navigator.ts';

type Ends = Pick<Connection, 'source' | 'target'> & {
  readonly sourceHandle?: string | null | undefined;
  readonly targetHandle?: string | null | undefined;
};

function endsOf(connection: Ends): Wire {
  return {
    from: { node: connection.source, port: connection.sourceHandle ?? '' },
    to: { node: connection.target, port: connection.targetHandle ?? '' },
  };
}

export function isAllowed(connection: Ends): boolean {
  const { from, to } = endsOf(connection);
  return canConnect(useDocument.getState().document, from, to).ok;
}

export function join(connection: Ends): void {
  const { from, to } = endsOf(connection);
  edit((document) => edits.connect(document, from, to));
}

function startDrawing(end: Endpoint, side: Side): void {
  const { document } = useDocument.getState();
  const type = findPort(document, end, side)?.type;
  if (type === undefined) return;
  const fits = new Set(fittingEndpoints(document, end, side).map((other) => endpointKey(other, otherSide(side))));
  useInterface.setState({ drawing: { end, side, type, fits }, hint: undefined });
}

export function onDrawingStart(_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams): void {
  if (nodeId === null || handleId === null) return;
  startDrawing({ node: nodeId, port: handleId }, handleType === 'target' ? 'input' : 'output');
}

function pointOf(event: MouseEvent | TouchEvent): Point {
  const source = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: source?.clientX ?? 0, y: source?.clientY ?? 0 };
}

/** The port of a card a wire was dropped on: one that fits, else one to explain the refusal with. */
function portOnCard(node: string, end: Endpoint, side: Side): Endpoint | undefined {
  const { document } = useDocument.getState();
  return fittingEndpoints(document, end, side).find((candidate) => candidate.node === node);
}

function refuse(end: Endpoint, side: Side, other: Endpoint, otherIs: Side, at: Point): void {
  if (side === otherIs) {
    showHint(
      side === 'output'
        ? 'Both are outputs. A wire leads from an output to an input.'
        : 'Both are inputs. A wire leads from an output to an input.',
      at,
    );
    return;
  }
  const [from, to] = side === 'output' ? [end, other] : [other, end];
  const verdict = canConnect(useDocument.getState().document, from, to);
  if (!verdict.ok) showHint(verdict.reason, at);
}

export function onDrawingEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const { drawing } = useInterface.getState();
  useInterface.setState({ drawing: undefined });
  if (drawing === undefined || state.isValid === true) return;
  const at = pointOf(event);
  const { end, side, type } = drawing;
  if (state.toHandle) {
    const other = { node: state.toHandle.nodeId, port: state.toHandle.id ?? '' };
    if (other.node === end.node && other.port === end.port) return;
    refuse(end, side, other, state.toHandle.type === 'target' ? 'input' : 'output', at);
    return;
  }
  const under = document.elementFromPoint(at.x, at.y);
  const card = under?.closest<HTMLElement>('.react-flow__node')?.dataset['id'];
  if (card !== undefined) {
    if (card === end.node) return;
    const port = portOnCard(card, end, side);
    if (port === undefined) showHint(`Nothing here ${side === 'output' ? 'takes' : 'gives'} ${type}.`, at);
    else edit((current) => (side === 'output' ? edits.connect(current, end, port) : edits.connect(current, port, end)));
    return;
  }
  if (under?.closest('.react-flow__pane')) {
    openDialog({ type: 'add', request: { screen: at, canvas: toCanvas(at), wire: { end, side } } });
  }
}

/** Moves one end of a wire to another socket. */
export function moveWire(wire: Wire, connection: Ends): void {
  const { from, to } = endsOf(connection);
  edit((document) => edits.connect(edits.disconnect(document, [wire]), from, to));
}

export function removeWire(wire: Wire): void {
  edit((document) => edits.disconnect(document, [wire]));
}
