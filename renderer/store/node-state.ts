/** What the dot on a node says: misconfigured, at work, changed since the last run, or as it was trained. */
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { wiresInto } from '#shared/document/graph.ts';
import { isActive, type RunState } from './run-state.ts';
import { progress } from './run-progress.ts';
import { useDerived } from './derived.ts';
import { useDocument } from './document.ts';
import { useRun } from './run.ts';

export type NodeState = 'bad' | 'busy' | 'changed' | 'trained' | 'idle';

/** Kinds that work in each phase of a run. */
function worksIn(phase: RunState['phase'], kind: string): boolean {
  if (phase === 'starting') return kind === 'image-folder' || kind === 'backbone';
  if (phase === 'caching') return kind === 'backbone' || kind === 'freeze';
  if (phase === 'evaluating') return kind === 'evaluation';
  return (phase === 'running' || phase === 'stopping') && kind === 'training';
}

function sameParameters(a: GraphNode, b: GraphNode): boolean {
  return a === b || a.parameters === b.parameters || JSON.stringify(a.parameters) === JSON.stringify(b.parameters);
}

function wiringOf(document: GraftDocument, id: string): string {
  return wiresInto(document, id)
    .map(({ from, to }) => `${from.node}.${from.port}>${to.port}`)
    .toSorted()
    .join();
}

/** Whether a node, or what feeds it, differs from the document a run started with. */
export function changedSince(started: GraftDocument, document: GraftDocument, node: GraphNode): boolean {
  const before = started.nodes.find(({ id }) => id === node.id);
  if (before === undefined || before.kind !== node.kind || !sameParameters(before, node)) return true;
  return wiringOf(started, node.id) !== wiringOf(document, node.id);
}

export function useNodeState(node: GraphNode): NodeState {
  const bad = useDerived((state) => state.sentences.has(node.id));
  const busy = useRun((store) => isActive(store.state) && worksIn(store.state.phase, node.kind));
  const startedWith = useRun((store) => store.startedWith);
  const changed = useDocument(({ document }) => startedWith !== undefined && changedSince(startedWith, document, node));
  if (bad) return 'bad';
  if (busy) return 'busy';
  if (changed) return 'changed';
  return startedWith === undefined ? 'idle' : 'trained';
}

/** Share of its present work a node has done, 0–1, while it works. */
export function useNodeProgress(node: GraphNode): number | undefined {
  return useRun(({ state }) => {
    const counted = state.phase === 'caching' || state.phase === 'running';
    return counted && worksIn(state.phase, node.kind) ? progress(state) : undefined;
  });
}
