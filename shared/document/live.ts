/** The numbers a graph shows while it is edited: under node titles, in the inspector, and on wires. */
import { formatShape } from '#shared/core/format.ts';
import type { Facts } from '#shared/nodes/facts.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { socketTypes, type SocketType } from '#shared/nodes/kind.ts';
import { findPort } from './graph.ts';
import { describeNode, type NodeNumbers } from './live-nodes.ts';
import { wireId, type GraftDocument } from './model.ts';
import { modelNumbers, type ModelNumbers } from './model-numbers.ts';
import { draftRecipe, lowered } from './resolve.ts';

export interface LiveNumbers {
  readonly model: ModelNumbers;
  /** By node id. Nodes of unknown kinds are missing. */
  readonly nodes: ReadonlyMap<string, NodeNumbers>;
  /** What flows, by `wireId`: “features 32×384”. */
  readonly wires: ReadonlyMap<string, string>;
}

/** Works on any document, however unfinished; what cannot be known yet is left out. */
export function describe(document: GraftDocument, facts: Facts): LiveNumbers {
  const recipe = draftRecipe(document);
  const model = modelNumbers(recipe, facts);
  const nodes = document.nodes.flatMap((node): [string, NodeNumbers][] => {
    const kind = kindOf(node.kind);
    if (!kind) return [];
    // Each node is described by its own settings, also where another of its kind is the one that trains.
    const own = { ...recipe, ...lowered(kind, node) };
    return [[node.id, describeNode(node.kind, own, modelNumbers(own, facts), facts)]];
  });
  const labels = new Map(socketTypes.map((type) => [type, wireLabel(type, recipe, model)]));
  const wires = document.wires.flatMap((wire): [string, string][] => {
    const type = findPort(document, wire.from, 'output')?.type;
    const label = type && labels.get(type);
    return label === undefined ? [] : [[wireId(wire), label]];
  });
  return { model, nodes: new Map(nodes), wires: new Map(wires) };
}

/** The type, and its shape as one training batch has it. */
function wireLabel(type: SocketType, recipe: Recipe, model: ModelNumbers): string {
  const shape = batchShape(type, model);
  return shape ? `${type} ${formatShape([recipe.training.batchSize, ...shape])}` : type;
}

function batchShape(type: SocketType, model: ModelNumbers): readonly number[] | undefined {
  switch (type) {
    case 'samples':
      return model.sample;
    case 'features':
      return model.features;
    case 'targets':
      return [];
    case 'predictions':
      return model.classes === undefined ? undefined : [model.classes];
    default:
      return undefined;
  }
}
