/** What has changed on the canvas since a run was started. */
import { findNode, wiresInto } from '#shared/document/graph.ts';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';

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
  const before = findNode(started, node.id);
  if (before === undefined || before.kind !== node.kind || !sameParameters(before, node)) return true;
  return wiringOf(started, node.id) !== wiringOf(document, node.id);
}

/** Whether two documents differ in nothing but where their nodes stand. */
export function standsElsewhere(before: GraftDocument, after: GraftDocument): boolean {
  return (
    before.wires === after.wires &&
    before.title === after.title &&
    before.nodes.length === after.nodes.length &&
    after.nodes.every((node, index) => {
      const other = before.nodes[index] as GraphNode;
      const { id, kind, title, parameters } = node;
      return (
        node === other ||
        (id === other.id && kind === other.kind && title === other.title && parameters === other.parameters)
      );
    })
  );
}

/** Whether a run of `document` would do what the run that was started with `started` did. */
export function isSameWork(started: GraftDocument, document: GraftDocument): boolean {
  return (
    started.nodes.length === document.nodes.length &&
    document.nodes.every((node) => !changedSince(started, document, node))
  );
}
