/** What differs between two documents, for a person: “Freeze: nothing → all”. */
import { formatPlural, formatRate, shortened } from '#shared/core/format.ts';
import { effectiveParameters, parametersOf, type Parameter } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { findNode, nodeTitle } from './graph.ts';
import { wireKey, type GraftDocument, type GraphNode } from './model.ts';

/** Of these nothing can be read that other settings do not say. */
const untold = new Set(['hash']);
/** Characters of a value in a sentence. */
const longestValue = 40;

/** One phrase for each setting, node and wiring that differs, in the order of the cards; empty where training is the same. */
export function differences(before: GraftDocument, after: GraftDocument): string[] {
  const told = (node: GraphNode): boolean => kindOf(node.kind)?.group !== 'notes';
  const added = after.nodes.filter((node) => told(node) && !findNode(before, node.id));
  const removed = before.nodes.filter((node) => told(node) && !findNode(after, node.id));
  const changed = after.nodes.flatMap((node) => {
    const old = findNode(before, node.id);
    return old?.kind === node.kind ? settings(old, node) : [];
  });
  const wires = (document: GraftDocument): string => document.wires.map(wireKey).toSorted().join('\n');
  const isRewired = added.length + removed.length === 0 && wires(before) !== wires(after);
  return [
    ...changed,
    ...added.map((node) => `${nodeTitle(node)} added`),
    ...removed.map((node) => `${nodeTitle(node)} taken out`),
    ...(isRewired ? ['wired otherwise'] : []),
  ];
}

function settings(before: GraphNode, after: GraphNode): string[] {
  const kind = kindOf(after.kind);
  if (!kind || kind.group === 'notes') return [];
  const [old, now] = [before, after].map(({ parameters }) => effectiveParameters(kind, parameters));
  return parametersOf(kind).flatMap((parameter) => {
    const { name, type, meta } = parameter;
    const [from, to] = [old?.[name], now?.[name]];
    if (untold.has(name) || JSON.stringify(from) === JSON.stringify(to)) return [];
    const own = meta.title.toLowerCase();
    const title = nodeTitle(after).toLowerCase() === own ? nodeTitle(after) : `${nodeTitle(after)}, ${own}`;
    if (type.type === 'records') return [`${title}: ${countOf(from)} → ${countOf(to)}`];
    const [first, then] = [from, to].map((value) => valueWords(parameter, value));
    // A folder of one name may lie in two places.
    return [`${title}: ${first === then ? `${JSON.stringify(from)} → ${JSON.stringify(to)}` : `${first} → ${then}`}`];
  });
}

function countOf(value: unknown): string {
  return formatPlural(Array.isArray(value) ? value.length : 0, 'photo');
}

function valueWords({ meta }: Parameter, value: unknown): string {
  if (typeof value === 'number') return formatRate(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value !== 'string' || value === '') return 'none';
  const label = meta.labels?.[value];
  const isPath = meta.control === 'folder' || meta.control === 'model-file';
  return shortened(label?.toLowerCase() ?? (isPath ? (value.split(/[\\/]/u).at(-1) ?? value) : value), longestValue);
}
