/** What a choice is called. */
import { parametersOf } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';

/** The label of the value that a parameter of this kind of node has; '' where there is none. */
export function choiceWords(kind: string, name: string, values: Readonly<Record<string, unknown>>): string {
  const known = kindOf(kind);
  const parameter = known && parametersOf(known).find((candidate) => candidate.name === name);
  return parameter?.meta.labels?.[String(values[name] ?? parameter.default)] ?? '';
}
