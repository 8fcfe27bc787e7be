import '@xyflow/react/dist/base.css';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useKeyPress,
  type EdgeChange,
  type NodeChange,
  type ReactFlowInstance,
} from '@xyflow/react';
import { useCallback, useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react';
import { wireId } from '#shared/document/model.ts';
import { runAction } from '#renderer/actions/run-action.ts';
import { setViewport, useDocument } from '#renderer/store/document.ts';
import { openDialog, select, useInterface } from '#renderer/store/interface.ts';
import { CanvasControls } from './canvas-controls.tsx';
import { CanvasMap } from './canvas-map.tsx';
import classes from './canvas.module.css';
import { isAllowed, join, moveWire, onDrawingEnd, onDrawingStart, removeWire } from './drawing.ts';
import { onDragOver, onDrop } from './dropping.ts';
import { EmptyHint } from './empty-hint.tsx';
import { drawsOnlyWhatIsSeen, flowEdges, flowNodes, type CardNode, type WireEdge } from './flow-items.ts';
import { attachCanvas, fit, notePointer, screenPointer, toCanvas } from './navigator.ts';
import { gridSize } from './measures.ts';
import { NodeCard } from './node-card.tsx';
import { finishDrag, wireUnderCard } from './splicing.ts';
import { DrawnWire, WireLine } from './wire.tsx';

const nodeTypes = { card: NodeCard };
const edgeTypes = { wire: WireLine };
const snapGrid: [number, number] = [gridSize, gridSize];
const panButtons = [1, 2];
const extendKeys = ['Shift', 'Meta', 'Control'];

export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasFlow />
    </ReactFlowProvider>
  );
}

function CanvasFlow() {
  const document = useDocument((state) => state.document);
  const selection = useInterface((state) => state.selection);
  const snap = useInterface((state) => state.snap);
  const locked = useInterface((state) => state.locked);
  const panning = useKeyPress('Space');
  const drawing = useInterface((state) => state.drawing !== undefined);
  const region = useRef<HTMLDivElement>(null);
  const detached = useRef(false);
  const [nodes, setNodes] = useState<CardNode[]>(() => flowNodes([], document.nodes, selection.nodes));
  const [edges, setEdges] = useState<WireEdge[]>(() => flowEdges([], document, selection.wires));

  const [drawn, setDrawn] = useState({ document, selection });
  if (drawn.document !== document || drawn.selection !== selection) {
    setDrawn({ document, selection });
    setNodes(flowNodes(nodes, document.nodes, selection.nodes));
    setEdges(flowEdges(edges, document, selection.wires));
  }
  useEffect(() => () => attachCanvas(undefined, null), []);
  useEffect(fitWhenOpened, []);

  const onInit = useCallback((instance: ReactFlowInstance<CardNode, WireEdge>) => {
    attachCanvas(instance, region.current);
    const { viewport } = useDocument.getState();
    if (viewport) void instance.setViewport(viewport);
    else fit();
  }, []);

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    setNodes((current) =>
      applyNodeChanges(
        changes.filter(({ type }) => type !== 'remove'),
        current,
      ),
    );
    selectChanged('nodes', changes);
  }, []);
  const onEdgesChange = useCallback((changes: EdgeChange<WireEdge>[]) => selectChanged('wires', changes), []);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a canvas is worked in as a whole: drops, pointer and focus
    <div
      ref={region}
      className={classes['canvas']}
      data-drawing={drawing}
      data-panning={panning}
      role="region"
      aria-label="Canvas"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the place from which the keyboard adds nodes
      tabIndex={0}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onPointerMove={(event) => notePointer({ x: event.clientX, y: event.clientY })}
      onPointerLeave={() => notePointer(undefined)}
      onPointerDown={(event) => {
        if (!(event.target as Element).closest('input, textarea, [role="slider"], button'))
          region.current?.focus({ preventScroll: true });
      }}
      onFocus={selectFocused}
      onKeyDown={openSearchOnTab}
      onDoubleClick={addAtPointer}
    >
      <ReactFlow<CardNode, WireEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={onInit}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDrag={(_, node, dragged) =>
          useInterface.setState({ spliceTarget: dragged.length === 1 ? spliceId(node.id) : undefined })
        }
        onNodeDragStop={(_, __, dragged) => finishDrag(new Map(dragged.map(({ id, position }) => [id, position])))}
        onSelectionDragStop={(_, dragged) => finishDrag(new Map(dragged.map(({ id, position }) => [id, position])))}
        isValidConnection={isAllowed}
        onConnect={join}
        onConnectStart={onDrawingStart}
        onConnectEnd={onDrawingEnd}
        onReconnectStart={() => (detached.current = true)}
        onReconnect={(edge, connection) => {
          detached.current = false;
          if (edge.data) moveWire(edge.data.wire, connection);
        }}
        onReconnectEnd={(_, edge, __, state) => {
          useInterface.setState({ drawing: undefined });
          if (detached.current && state.toHandle === null && edge.data) removeWire(edge.data.wire);
          detached.current = false;
        }}
        onMoveEnd={(_, viewport) => setViewport(viewport)}
        connectionLineComponent={DrawnWire}
        connectionRadius={24}
        nodesDraggable={!locked && !panning}
        nodesConnectable={!locked}
        edgesReconnectable={!locked}
        snapToGrid={snap}
        snapGrid={snapGrid}
        selectionOnDrag
        selectionMode={SelectionMode.Partial}
        panOnDrag={panButtons}
        panActivationKeyCode="Space"
        multiSelectionKeyCode={extendKeys}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        onlyRenderVisibleElements={drawsOnlyWhatIsSeen(document.nodes)}
        minZoom={0.15}
        maxZoom={2.5}
        elevateNodesOnSelect
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={gridSize * 2} size={2} color="var(--graft-canvas-dot)" />
        <CanvasMap />
      </ReactFlow>
      <CanvasControls />
      {document.nodes.length === 0 && <EmptyHint />}
    </div>
  );
}

/** Shows all of a project that was just opened, once its cards are drawn. */
function fitWhenOpened(): () => void {
  return useDocument.subscribe((state, before) => {
    if (state.openings !== before.openings) window.requestAnimationFrame(() => fit());
  });
}

function spliceId(node: string): string | undefined {
  const wire = wireUnderCard(node);
  return wire && wireId(wire);
}

/** Tells the interface store what React Flow selected: clicks, boxes, modifier clicks. */
function selectChanged(of: 'nodes' | 'wires', changes: readonly (NodeChange<CardNode> | EdgeChange<WireEdge>)[]): void {
  const selects = changes.filter((change) => change.type === 'select');
  if (selects.length === 0) return;
  const { selection } = useInterface.getState();
  const dropped = new Set(selects.filter(({ selected }) => !selected).map(({ id }) => id));
  const kept = new Set(selection[of].filter((id) => !dropped.has(id)));
  const added = selects.filter(({ id, selected }) => selected && !kept.has(id)).map(({ id }) => id);
  if (added.length === 0 && kept.size === selection[of].length) return;
  useInterface.setState({ selection: { ...selection, [of]: [...kept, ...added] } });
}

/**
 * Tab adds a node while the person works on the canvas with the pointer. For someone who came here with the
 * keyboard it goes on to the first card, as it does everywhere else.
 */
function openSearchOnTab(event: KeyboardEvent): void {
  if (event.key !== 'Tab' || event.shiftKey || screenPointer() === undefined) return;
  if (event.target !== event.currentTarget || useInterface.getState().locked) return;
  event.preventDefault();
  runAction('add-node');
}

/** A card reached with the keyboard is the selected one. */
function selectFocused(event: FocusEvent): void {
  const card = event.target.matches('.react-flow__node:focus-visible') ? (event.target as HTMLElement) : undefined;
  const id = card?.dataset['id'];
  if (id !== undefined && !useInterface.getState().selection.nodes.includes(id)) select([id]);
}

function addAtPointer(event: MouseEvent): void {
  if (!(event.target as Element).matches('.react-flow__pane')) return;
  const screen = { x: event.clientX, y: event.clientY };
  openDialog({ type: 'add', request: { screen, canvas: toCanvas(screen) } });
}
