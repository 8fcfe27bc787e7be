import { useInterface } from '#renderer/store/interface.ts';
import { useDocument } from '#renderer/store/document.ts';
import { inspectorId } from './inspector-id.ts';
import classes from './inspector.module.css';
import { NodeInspector } from './node-inspector.tsx';
import { ProjectInspector } from './project-inspector.tsx';
import { SelectionInspector } from './selection-inspector.tsx';

/** What is selected, in detail: one node, several, or the project itself. */
export function Inspector() {
  const selected = useInterface((state) => state.selection.nodes);
  const only = selected.length === 1 ? selected[0] : undefined;
  const node = useDocument(({ document }) => document.nodes.find(({ id }) => id === only));
  return (
    <aside id={inspectorId} className={classes['inspector']} aria-label="Inspector">
      {node !== undefined && <NodeInspector key={node.id} node={node} />}
      {node === undefined && selected.length > 1 && <SelectionInspector nodes={selected} />}
      {node === undefined && selected.length <= 1 && <ProjectInspector />}
    </aside>
  );
}
