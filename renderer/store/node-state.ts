/** What the dot on a node says: misconfigured, at work, changed since the last run, or as it was trained. */
import type { GraphNode } from '#shared/document/model.ts';
import { isActive, type RunState } from './run-state.ts';
import { progress } from './run-progress.ts';
import { changedSince } from './changes.ts';
import { useDerived } from './derived.ts';
import { useDocument } from './document.ts';
import { useRun } from './run.ts';

export type NodeState = 'bad' | 'busy' | 'changed' | 'trained' | 'idle';

/** Kinds that work in each phase of a run. */
function worksIn(phase: RunState['phase'], kind: string): boolean {
  if (phase === 'starting') return kind === 'image-folder' || kind === 'backbone';
  if (phase === 'caching') return kind === 'backbone' || kind === 'freeze';
  if (phase === 'evaluating') return kind === 'evaluation';
  return (phase === 'tuning' || phase === 'running' || phase === 'stopping') && kind === 'training';
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
    const counted = state.phase === 'caching' || state.phase === 'tuning' || state.phase === 'running';
    return counted && worksIn(state.phase, node.kind) ? progress(state) : undefined;
  });
}
