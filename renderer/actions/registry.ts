/** Every action, in the order in which lists show them. */
import type { Action } from './action.ts';
import { addNodeAction } from './add-node.ts';
import { alignLeft, alignTop, spreadHorizontally, spreadVertically } from './align.ts';
import { changeTheme } from './change-theme.ts';
import { connectNode } from './connect-node.ts';
import { copyAction } from './copy.ts';
import { cutAction } from './cut.ts';
import { deleteAndJoin } from './delete-and-join.ts';
import { deleteSelection } from './delete-selection.ts';
import { duplicateAction } from './duplicate.ts';
import { fitAll } from './fit-all.ts';
import { fitSelection } from './fit-selection.ts';
import { goToSettings } from './go-to-settings.ts';
import { newProjectAction } from './new-project.ts';
import { nudgeLeft, nudgeRight, nudgeUp, nudgeDown } from './nudge.ts';
import { openProjectAction } from './open-project.ts';
import { pasteAction } from './paste.ts';
import { pasteConnected } from './paste-connected.ts';
import { pauseRun } from './pause-run.ts';
import { redoAction } from './redo.ts';
import { renameNode } from './rename-node.ts';
import { resetZoomAction } from './reset-zoom.ts';
import { saveProjectAction } from './save-project.ts';
import { saveProjectAsAction } from './save-project-as.ts';
import { selectAll } from './select-all.ts';
import { selectDownstream } from './select-downstream.ts';
import { selectNone } from './select-none.ts';
import { selectUpstream } from './select-upstream.ts';
import { showAbout } from './show-about.ts';
import { showCopies } from './show-copies.ts';
import { showPrivacy } from './show-privacy.ts';
import { showCommands } from './show-commands.ts';
import { showShortcuts } from './show-shortcuts.ts';
import { showCanvas } from './show-canvas.ts';
import { showStart } from './show-start.ts';
import { stopRun } from './stop-run.ts';
import { tidy } from './tidy.ts';
import { toggleInspector } from './toggle-inspector.ts';
import { toggleLock } from './toggle-lock.ts';
import { toggleOutline } from './toggle-outline.ts';
import { togglePalette } from './toggle-palette.ts';
import { toggleRunPanel } from './toggle-run-panel.ts';
import { toggleSnap } from './toggle-snap.ts';
import { train } from './train.ts';
import { undoAction } from './undo.ts';
import { zoomIn } from './zoom-in.ts';
import { zoomOut } from './zoom-out.ts';

export const actions: readonly Action[] = [
  newProjectAction,
  openProjectAction,
  saveProjectAction,
  saveProjectAsAction,
  showStart,
  showCanvas,
  undoAction,
  redoAction,
  addNodeAction,
  connectNode,
  renameNode,
  copyAction,
  cutAction,
  pasteAction,
  pasteConnected,
  duplicateAction,
  deleteSelection,
  deleteAndJoin,
  selectAll,
  selectNone,
  selectUpstream,
  selectDownstream,
  tidy,
  alignLeft,
  alignTop,
  spreadHorizontally,
  spreadVertically,
  nudgeLeft,
  nudgeRight,
  nudgeUp,
  nudgeDown,
  toggleSnap,
  toggleLock,
  fitSelection,
  fitAll,
  resetZoomAction,
  zoomIn,
  zoomOut,
  togglePalette,
  toggleInspector,
  goToSettings,
  toggleRunPanel,
  toggleOutline,
  changeTheme,
  train,
  pauseRun,
  stopRun,
  showCommands,
  showShortcuts,
  showCopies,
  showPrivacy,
  showAbout,
];

const byName = new Map(actions.map((action) => [action.name, action]));

export function findAction(name: string): Action | undefined {
  return byName.get(name);
}
