/** Values that a kind proposes in the light of the other settings, and what follows from choosing another one. */
import type { Situation } from '#shared/nodes/kind.ts';
import { effectiveParameters, parametersOf } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { setParameter } from './edits.ts';
import { findNode } from './graph.ts';
import { firstOfKind } from './lookup.ts';
import type { GraftDocument } from './model.ts';

function situationOf(document: GraftDocument): Situation {
  const freeze = firstOfKind(document.nodes, 'freeze');
  return { headAlone: (freeze?.parameters['mode'] ?? 'backbone') === 'backbone' };
}

/** What the kind of this node proposes, by parameter; only those that depend on other settings. */
export function usualValues(document: GraftDocument, id: string): Readonly<Record<string, unknown>> {
  const node = findNode(document, id);
  const kind = node && kindOf(node.kind);
  if (!node || !kind?.usual) return {};
  return kind.usual(effectiveParameters(kind, node.parameters), situationOf(document));
}

/** Without what was about another value of the parameter: corrections of one folder's photos are not another's. */
function withoutLapsed(document: GraftDocument, id: string, name: string): GraftDocument {
  const node = findNode(document, id);
  const kind = node && kindOf(node.kind);
  const lapsed = kind ? parametersOf(kind).filter(({ meta }) => meta.lapsesWith === name) : [];
  return lapsed.reduce((current, parameter) => setParameter(current, id, parameter.name, undefined), document);
}

/**
 * Sets one parameter of a node, as `setParameter`. Parameters that have no value of their own, or have the usual
 * one, go along with what is usual afterwards: another optimizer brings its learning rate, but never over one that was
 * set on purpose.
 */
export function chooseParameter(document: GraftDocument, id: string, name: string, value: unknown): GraftDocument {
  const node = findNode(document, id);
  const kind = node && kindOf(node.kind);
  const set = setParameter(document, id, name, value);
  if (!node || !kind) return set;
  const changed = set === document ? set : withoutLapsed(set, id, name);
  const before = usualValues(document, id);
  return Object.entries(usualValues(changed, id)).reduce((current, [other, usual]) => {
    const own = node.parameters[other];
    if (other === name || usual === before[other] || (own !== undefined && own !== before[other])) return current;
    const standard = parametersOf(kind).find((parameter) => parameter.name === other)?.default;
    return setParameter(current, id, other, usual === standard ? undefined : usual);
  }, changed);
}
