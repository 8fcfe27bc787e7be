/** The nodes a training run is made of, found by walking back from its Training node. */
import { upstream } from './graph.ts';
import type { GraftDocument, GraphNode } from './model.ts';

/** Kinds a run cannot do without; the others have defaults that hold while their node is absent. */
export const requiredKinds = ['image-folder', 'backbone', 'head', 'loss', 'optimizer'] as const;

export function trainingNodes(document: GraftDocument): GraphNode[] {
  return document.nodes.filter(({ kind }) => kind === 'training');
}

/** Everything that feeds `last`, and `last` itself, in document order. */
export function chainInto(document: GraftDocument, last: string): GraphNode[] {
  const members = upstream(document, [last]).add(last);
  return document.nodes.filter(({ id }) => members.has(id));
}
