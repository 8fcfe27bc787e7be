/** Turns a valid document into the plain description of the model to build. */
import { fromProblem } from '#shared/messages/error.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import type { NodeKind } from '#shared/nodes/kind.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { kindOf, nodeKinds } from '#shared/nodes/registry.ts';
import { chainInto, trainingNodes } from './chain.ts';
import { downstream } from './graph.ts';
import type { GraftDocument, GraphNode } from './model.ts';
import { problems } from './validate.ts';

/** The recipe of a document's training. Throws the first problem as a GraftError, naming its node. */
export function resolveRecipe(document: GraftDocument): Recipe {
  const [first] = problems(document);
  if (first) throw fromProblem(first);
  return draftRecipe(document);
}

/**
 * The recipe as far as it stands, for showing numbers while the graph is being built: parts that are not
 * wired up are looked for anywhere on the canvas, and what is absent or wrong has the kind's defaults.
 */
export function draftRecipe(document: GraftDocument): Recipe {
  const claims = new Map<string, GraphNode>();
  for (const node of inOrderOfClaim(document)) if (!claims.has(node.kind)) claims.set(node.kind, node);
  const parts = nodeKinds.map((kind) => {
    const node = claims.get(kind.kind);
    return node ? lowered(kind, node) : kind.lower(effectiveParameters(kind, {}), kind.id);
  });
  // Every field of Recipe is lowered to by exactly one of the kinds; a test holds them to it.
  return Object.assign({}, ...parts) as Recipe;
}

/** Parts of nodes that were lowered before: most are the same after an edit. */
const knownParts = new WeakMap<GraphNode, Partial<Recipe>>();

/** What a node contributes as it stands, defaults in place of what is absent or wrong. */
export function lowered(kind: NodeKind, node: GraphNode): Partial<Recipe> {
  const known = knownParts.get(node);
  if (known) return known;
  const part = kind.lower(effectiveParameters(kind, node.parameters), node.id);
  knownParts.set(node, part);
  return part;
}

/** The training's chain, then what it feeds, then everything else. */
function inOrderOfClaim(document: GraftDocument): GraphNode[] {
  const [training] = trainingNodes(document);
  if (!training) return document.nodes;
  const fed = downstream(document, [training.id]);
  return [
    ...chainInto(document, training.id),
    ...document.nodes.filter(({ id, kind }) => fed.has(id) && kindOf(kind)),
    ...document.nodes,
  ];
}
