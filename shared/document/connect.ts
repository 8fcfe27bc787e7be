/** Which sockets may be joined, and why not: asked on every mouse move while a wire is drawn. */
import { kindOf, nodeKinds } from '#shared/nodes/registry.ts';
import type { NodeKind, Port, SocketType } from '#shared/nodes/kind.ts';
import {
  downstream,
  fed,
  feeding,
  feeds,
  findNode,
  findPort,
  nodeTitle,
  portsOf,
  upstream,
  type Side,
  type WithNodes,
} from './graph.ts';
import type { Endpoint, GraftDocument } from './model.ts';

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Verdict => ({ ok: false, reason });

/** Whether a wire may lead from the output `from` to the input `to`. A wire already in that input is no hindrance: it is replaced. */
export function canConnect(document: GraftDocument, from: Endpoint, to: Endpoint): Verdict {
  return verdictOn(document, from, to, (target, source) =>
    feeds(
      target,
      source,
      (node) => fed(document, node),
      (node) => feeding(document, node),
    ),
  );
}

/** The same where it is known already what feeds what. */
export function verdictOn(
  document: WithNodes,
  from: Endpoint,
  to: Endpoint,
  isFed: (target: string, source: string) => boolean,
): Verdict {
  const source = findNode(document, from.node);
  const target = findNode(document, to.node);
  const output = findPort(document, from, 'output');
  const input = findPort(document, to, 'input');
  if (!source || !target || !output || !input) return refuse('A wire leads from an output to an input.');
  if (source === target) return refuse(`“${nodeTitle(source)}” cannot feed itself.`);
  if (output.type !== input.type) {
    return refuse(`“${nodeTitle(source)}” gives ${output.type} here, but “${nodeTitle(target)}” takes ${input.type}.`);
  }
  if (isFed(target.id, source.id)) {
    return refuse(`That would close a circle: “${nodeTitle(target)}” already feeds “${nodeTitle(source)}”.`);
  }
  return { ok: true };
}

/** Where a wire drawn from `end` may be dropped: every matching port of the other side. */
export function fittingEndpoints(document: GraftDocument, end: Endpoint, side: Side): Endpoint[] {
  const other = otherSide(side);
  // What would close a circle is the same for all candidates, so it is looked for once.
  const circular = side === 'output' ? upstream(document, [end.node]) : downstream(document, [end.node]);
  return document.nodes.flatMap((node) => {
    const kind = kindOf(node.kind);
    const endpoints = kind ? portsOf(kind, other).map(({ name }) => ({ node: node.id, port: name })) : [];
    return endpoints.filter((candidate) => {
      const [from, to] = side === 'output' ? [end, candidate] : [candidate, end];
      return verdictOn(document, from, to, () => circular.has(candidate.node)).ok;
    });
  });
}

export function otherSide(side: Side): Side {
  return side === 'input' ? 'output' : 'input';
}

/** A kind's first port that takes (or gives) this type. */
export function fittingPort(kind: NodeKind, type: SocketType, side: Side): Port | undefined {
  return portsOf(kind, side).find((port) => port.type === type);
}

/** The kinds that can be put at the loose end of a wire drawn from a port of this type and side. */
export function fittingKinds(type: SocketType, side: Side): NodeKind[] {
  return nodeKinds.filter((kind) => fittingPort(kind, type, otherSide(side)));
}

/** The pair of ports by which a node of this kind can be put into a wire of this type. */
export function splicePorts(kind: NodeKind, type: SocketType): { input: Port; output: Port } | undefined {
  const input = fittingPort(kind, type, 'input');
  const output = fittingPort(kind, type, 'output');
  return input && output ? { input, output } : undefined;
}
