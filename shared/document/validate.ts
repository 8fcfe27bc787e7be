/** Every problem of a document, in words. What it finds nothing wrong with, `resolveRecipe` can lower. */
import { shortened } from '#shared/core/format.ts';
import { problem, type Problem } from '#shared/messages/error.ts';
import { noFacts, type Facts } from '#shared/nodes/facts.ts';
import { parametersOf } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { chainInto, requiredKinds, trainingNodes } from './chain.ts';
import { findCycle, findNode, findPort, incomingWire, nodeTitle } from './graph.ts';
import { wireId, type Endpoint, type GraftDocument, type GraphNode, type Wire } from './model.ts';
import { parameterReason } from './reason.ts';

/** Of nodes, and of wires: nobody solves as many, and a file made of nothing but faults could have millions. */
const mostProblems = 20_000;

/**
 * Problems in the order they are best solved: nodes, wires, chains, then data and model. Nodes that no
 * training uses are only held to their own settings: half-built ideas may lie about on the canvas.
 */
export function problems(document: GraftDocument, facts: Facts = noFacts): Problem[] {
  const cycle = findCycle(document);
  const found = [
    foundIn(document.nodes, nodeProblems),
    wireProblems(document),
    cycle ? [problem('graph.cycle', { title: titleOf(cycle) }, cycle.id)] : chainProblems(document),
    factProblems(document, facts),
    facts.problems,
  ].flat();
  const seen = new Set<string>();
  return found.filter(({ code, node, message }) => {
    const key = JSON.stringify([code, node, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** The problems of things, one after another, until there are enough. */
function foundIn<Thing>(things: readonly Thing[], find: (thing: Thing) => readonly Problem[]): Problem[] {
  const found: Problem[] = [];
  for (const thing of things) {
    found.push(...find(thing));
    if (found.length >= mostProblems) break;
  }
  return found;
}

/** Characters of a title in a sentence: a title of any length may name every node of a chain. */
const longestTitle = 100;

function titleOf(node: GraphNode): string {
  return shortened(nodeTitle(node), longestTitle);
}

/** Of nodes that were looked at before: most are the same after an edit. */
const knownProblems = new WeakMap<GraphNode, readonly Problem[]>();

function nodeProblems(node: GraphNode): readonly Problem[] {
  const known = knownProblems.get(node);
  if (known) return known;
  const found = settingProblems(node);
  knownProblems.set(node, found);
  return found;
}

function settingProblems(node: GraphNode): Problem[] {
  const kind = kindOf(node.kind);
  if (!kind) return [problem('graph.unknown-kind', { kind: node.kind }, node.id)];
  const parameters = parametersOf(kind);
  const known = parameters.map(({ name }) => name);
  const unknown = Object.keys(node.parameters)
    .filter((name) => !known.includes(name))
    .map((name) =>
      problem('graph.unknown-parameter', { parameter: `${node.id}.${name}`, known: known.join(', ') }, node.id),
    );
  const bad = parameters.flatMap(({ name, schema, meta }) => {
    const issue = schema.safeParse(node.parameters[name]).error?.issues[0];
    if (!issue) return [];
    const details = { title: titleOf(node), parameter: meta.title, reason: parameterReason(issue) };
    return [problem('graph.bad-parameter', details, node.id)];
  });
  return [...unknown, ...bad];
}

function endName({ node, port }: Endpoint): string {
  return `“${shortened(node, longestTitle)}.${shortened(port, longestTitle)}”`;
}

/** What a wire misses at one of its ends; undefined where both are there, or nobody can say since a node is unknown. */
function looseEnd(document: GraftDocument, wire: Wire): string | undefined {
  for (const [end, side] of [
    [wire.from, 'output'],
    [wire.to, 'input'],
  ] as const) {
    const node = findNode(document, end.node);
    if (!node) return `there is no node “${shortened(end.node, longestTitle)}”`;
    if (kindOf(node.kind) && !findPort(document, end, side))
      return `“${titleOf(node)}” has no ${side} “${shortened(end.port, longestTitle)}”`;
  }
  return undefined;
}

/** Whether one of a wire's ends is not there. */
export function isLoose(document: GraftDocument, wire: Wire): boolean {
  return looseEnd(document, wire) !== undefined;
}

function wireProblems(document: GraftDocument): Problem[] {
  /** Ports that a wire ends at, by node. */
  const taken = new Map<string, Set<string>>();
  return foundIn(document.wires, (wire) => {
    const from = findPort(document, wire.from, 'output')?.type;
    const to = findPort(document, wire.to, 'input')?.type;
    const culprit = findNode(document, wire.to.node) ?? findNode(document, wire.from.node);
    const ports = taken.get(wire.to.node) ?? new Set();
    const crowded = ports.has(wire.to.port);
    taken.set(wire.to.node, ports.add(wire.to.port));
    const missing = looseEnd(document, wire);
    if (missing !== undefined) {
      const details = { from: endName(wire.from), to: endName(wire.to), missing };
      return [{ ...problem('graph.loose-wire', details, culprit?.id), wire: wireId(wire) }];
    }
    if (from === undefined || to === undefined || from !== to) {
      const details = { from: from ?? 'something unknown', to: to ?? 'something unknown' };
      return [problem('graph.edge-mismatch', details, culprit?.id)];
    }
    if (!crowded || !culprit) return [];
    return [problem('graph.crowded-input', { title: titleOf(culprit), port: wire.to.port }, culprit.id)];
  });
}

function chainProblems(document: GraftDocument): Problem[] {
  const [training, ...others] = trainingNodes(document);
  if (!training) return [problem('graph.no-training')];
  const chain = chainInto(document, training.id);
  const results = document.nodes.filter(({ kind }) => kindOf(kind)?.group === 'results');
  const missing = [...chain, ...results].flatMap((node) => missingInputs(document, node));
  return [
    ...others.map(({ id }) => problem('graph.two-trainings', {}, id)),
    ...missing,
    ...(missing.length === 0 ? missingParts(chain, training) : []),
    ...repeatedParts(chain, training),
  ];
}

function missingInputs(document: GraftDocument, node: GraphNode): Problem[] {
  const inputs = kindOf(node.kind)?.inputs ?? [];
  return inputs
    .filter(({ name, optional }) => !optional && !incomingWire(document, { node: node.id, port: name }))
    .map(({ name }) => problem('graph.input-missing', { title: titleOf(node), port: name }, node.id));
}

/** A chain whose every input is fed can still lack a part where a wire that does not fit leaves it out. */
function missingParts(chain: readonly GraphNode[], training: GraphNode): Problem[] {
  return requiredKinds
    .filter((name) => !chain.some(({ kind }) => kind === name))
    .map((name) =>
      problem('graph.missing-part', { title: titleOf(training), part: kindOf(name)?.title ?? name }, training.id),
    );
}

function repeatedParts(chain: readonly GraphNode[], training: GraphNode): Problem[] {
  const kinds = new Set<string>();
  return chain
    .filter(({ kind }) => kinds.size === kinds.add(kind).size)
    .map((node) =>
      problem(
        'graph.repeated-part',
        { title: titleOf(training), part: kindOf(node.kind)?.title ?? node.kind },
        node.id,
      ),
    );
}

/** The kinds' own checks, for the nodes that matter: the chain's, or all while there is no training yet. */
function factProblems(document: GraftDocument, facts: Facts): Problem[] {
  const [training] = trainingNodes(document);
  const nodes = training ? chainInto(document, training.id) : document.nodes;
  return nodes.flatMap((node) => {
    const kind = kindOf(node.kind);
    const parsed = kind?.check && kind.schema.safeParse(node.parameters);
    return (parsed?.success && kind?.check?.(parsed.data, node.id, facts)) || [];
  });
}
