/** Turns a valid document into the plain description of the model to build. */
import { fromProblem } from '#shared/messages/error.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
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
  const candidates = inOrderOfClaim(document);
  const parts = nodeKinds.map((kind) => {
    const node = candidates.find((candidate) => candidate.kind === kind.kind);
    return kind.lower(effectiveParameters(kind, node?.parameters ?? {}), node?.id ?? kind.id);
  });
  // Every field of Recipe is lowered to by exactly one of the kinds; a test holds them to it.
  return Object.assign({}, ...parts) as Recipe;
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
