/** Runs actions on the window as it is. */
import { edit, useDocument } from '#renderer/store/document.ts';
import { select, useInterface } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { useRun } from '#renderer/store/run.ts';
import type { Action, Situation } from './action.ts';
import { findAction } from './registry.ts';

export function readSituation(): Situation {
  const { document } = useDocument.getState();
  const { selection, view, locked } = useInterface.getState();
  const history = useDocument.temporal.getState();
  const present = new Set(document.nodes.map(({ id }) => id));
  return {
    document,
    selection: { nodes: selection.nodes.filter((id) => present.has(id)), wires: selection.wires },
    view,
    locked,
    canUndo: history.pastStates.length > 0,
    canRedo: history.futureStates.length > 0,
    run: useRun.getState().state.phase,
  };
}

export function isAvailable(action: Action, situation: Situation): boolean {
  return action.when === undefined || action.when(situation);
}

/** Performs an action unless the situation rules it out; true when it was performed. */
export function perform(action: Action): boolean {
  const situation = readSituation();
  if (!isAvailable(action, situation)) return false;
  if (action.type === 'edit') {
    const { document, selection } = action.edit(situation);
    edit(() => document, action.gesture);
    if (selection !== undefined) select(selection);
  } else {
    void Promise.resolve(action.perform(situation)).catch(reportFailure);
  }
  return true;
}

export function runAction(name: string): void {
  const action = findAction(name);
  if (action === undefined) throw new Error(`no action is called ${name}`);
  perform(action);
}
