/**
 * Which stages of a backbone cannot be trained from, and for which operator. It says of every stage what `firstBlocked`
 * says of the part of the graph behind its cut, but goes through the graph once: a file may have thousands of stages.
 */
import type { Node, TypedGraph } from '#shared/ir/graph.ts';
import { reads } from '#shared/ir/graph.ts';
import { mayCarry, movers, refusal } from '#shared/compiler/5-grad.ts';
import type { StageCut } from '#shared/compiler/stages.ts';
import { ancestors, descendants, withoutValuesOf } from '#shared/compiler/subgraph.ts';
import { weightUses } from '#shared/compiler/trainable.ts';

/**
 * By stage the first node that keeps everything from the stage on from being trained.
 *
 * What holds of a node behind one cut holds of it behind all cuts before. So one number says where it holds: the last
 * stage behind whose cut it does, or −1.
 *
 * @param cuts of the graph, from `input` to `output`
 */
export function blockedByStage(
  graph: TypedGraph,
  cuts: readonly Pick<StageCut, 'tensor'>[],
  input: string,
  output: string,
): (Node | undefined)[] {
  const uses = weightUses(graph);
  const seen = withoutValuesOf(graph, [...uses.keys()]);
  const within = lastStages(graph, cuts, input, output);
  const stageOf = (node: Node): number => within.get(node) ?? -1;
  /** Whether a value moves with a weight behind the cut. */
  const moving = new Levels();
  for (const [name, nodes] of uses) for (const node of nodes) moving.raise(name, stageOf(node));
  for (const node of graph.nodes) {
    const level = Math.min(stageOf(node), moving.highest(movers(node)));
    for (const name of node.outputs) if (mayCarry(graph, name)) moving.raise(name, level);
  }
  /** Whether the output is computed from a value behind the cut. */
  const reached = new Levels();
  reached.raise(output, cuts.length);
  for (const node of graph.nodes.toReversed()) {
    const level = Math.min(stageOf(node), reached.highest(node.outputs));
    for (const name of movers(node)) if (mayCarry(graph, name)) reached.raise(name, level);
  }
  const blocked: (Node | undefined)[] = [];
  for (const node of graph.nodes) {
    const leading = node.outputs.reduce(
      (most, name) => Math.max(most, Math.min(moving.of(name), reached.of(name))),
      -1,
    );
    const onTheWay = Math.min(stageOf(node), moving.highest(movers(node)), leading);
    if (onTheWay < blocked.length || refusal(node, seen) === undefined) continue;
    while (blocked.length <= onTheWay) blocked.push(node);
  }
  return cuts.map((_, stage) => blocked[stage]);
}

/** The last stage behind whose cut each node is needed; nodes before the first cut, and those nothing needs, have none. */
function lastStages(
  graph: TypedGraph,
  cuts: readonly Pick<StageCut, 'tensor'>[],
  input: string,
  output: string,
): Map<Node, number> {
  const dynamic = descendants(graph, [input]);
  const needed = ancestors(graph, [output]).nodes;
  const stages = new Map(cuts.map(({ tensor }, stage) => [tensor, stage]));
  let stage = stages.get(input) ?? -1;
  const found = new Map<Node, number>();
  for (const node of graph.nodes) {
    if (!needed.has(node) || !node.outputs.some((name) => dynamic.has(name))) continue;
    found.set(node, stage);
    for (const name of node.outputs) stage = Math.max(stage, stages.get(name) ?? -1);
  }
  // What does not depend on the input is behind a cut as far as something behind it reads it.
  const readers = new Levels();
  for (const node of graph.nodes.toReversed()) {
    const level = Math.max(found.get(node) ?? -1, readers.highest(node.outputs));
    if (!found.has(node) && level >= 0) found.set(node, level);
    for (const name of reads(node)) readers.raise(name, level);
  }
  return found;
}

/** The highest stage that is known of each value; −1 of all others. */
class Levels {
  readonly #levels = new Map<string, number>();

  of(name: string): number {
    return this.#levels.get(name) ?? -1;
  }

  highest(names: readonly string[]): number {
    return names.reduce((highest, name) => Math.max(highest, this.of(name)), -1);
  }

  raise(name: string, level: number): void {
    if (level > this.of(name)) this.#levels.set(name, level);
  }
}
