/** Reading the settings of a run, and proposing the first change that is left to make. */
import { firstOfKind } from '#shared/document/lookup.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import type { NextStep, Setting } from './rule.ts';

/** A parameter's value in effect; undefined where the document has no such node. */
export function settingOf(document: GraftDocument, kind: string, name: string): unknown {
  const node = firstOfKind(document.nodes, kind);
  const definition = kindOf(kind);
  return node && definition ? effectiveParameters(definition, node.parameters)[name] : undefined;
}

/** Whether all of these are so already. */
export function isSet(document: GraftDocument, settings: readonly Setting[]): boolean {
  return settings.every(({ kind, name, value }) => settingOf(document, kind, name) === value);
}

/** A change, made where `when` holds. */
export interface Option {
  readonly when: boolean;
  readonly label: string;
  readonly settings: readonly Setting[];
}

/** The first whose condition holds, whose nodes are all there, and which changes something. */
export function firstChange(document: GraftDocument, options: readonly Option[]): NextStep | undefined {
  const found = options.find(
    ({ when, settings }) =>
      when &&
      settings.every(({ kind }) => firstOfKind(document.nodes, kind) !== undefined) &&
      !isSet(document, settings),
  );
  return found && { type: 'set', label: found.label, settings: found.settings };
}
