/** `--set NODE.PARAMETER=VALUE`: changes to parameters given as text. */
import { GraftError } from '#shared/messages/error.ts';
import { parametersOf, type Parameter } from '#shared/nodes/parameters.ts';
import { kindByConventionalId, kindOf } from '#shared/nodes/registry.ts';
import { setParameter } from './edits.ts';
import { findNode, nodeTitle } from './graph.ts';
import type { GraftDocument, GraphNode } from './model.ts';
import { parameterReason } from './reason.ts';
import { chooseParameter } from './usual.ts';

/**
 * The document with each setting applied, later ones over earlier, and over what follows from others: an optimizer
 * brings its learning rate unless there is a setting for that. Throws `input.bad-argument` for text that
 * is no setting, `graph.node-missing`, `graph.unknown-parameter`, and `graph.bad-parameter`.
 */
export function applySettings(document: GraftDocument, settings: readonly string[]): GraftDocument {
  const chosen = settings.reduce((current, setting) => applySetting(current, setting, chooseParameter), document);
  return settings.reduce((current, setting) => applySetting(current, setting, setParameter), chosen);
}

function applySetting(document: GraftDocument, setting: string, set: typeof setParameter): GraftDocument {
  const match = /^(?<id>[^=]+)\.(?<name>[^=.]+)=(?<text>.*)$/su.exec(setting);
  if (!match?.groups) {
    const reason = `“${setting}” is not of the form NODE.PARAMETER=VALUE.`;
    throw new GraftError('input.bad-argument', { argument: '--set', reason });
  }
  const { id = '', name = '', text = '' } = match.groups;
  const node = findNode(document, id);
  if (!node) throw nodeMissing(document, id, name);
  const kind = kindOf(node.kind);
  if (!kind) throw new GraftError('graph.unknown-kind', { kind: node.kind }, id);
  const parameters = parametersOf(kind);
  const parameter = parameters.find((candidate) => candidate.name === name);
  if (!parameter) {
    const known = parameters.map((candidate) => `${id}.${candidate.name}`).join(', ');
    throw new GraftError('graph.unknown-parameter', { parameter: `${id}.${name}`, known }, id);
  }
  return set(document, id, name, valueOf(node, parameter, text));
}

function nodeMissing(document: GraftDocument, id: string, name: string): GraftError {
  const part = kindByConventionalId(id)?.title ?? '';
  const known = document.nodes.map((node) => node.id).join(', ') || 'none';
  return new GraftError('graph.node-missing', { id, parameter: `${id}.${name}`, part, known });
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['on', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['off', false],
  ['no', false],
  ['0', false],
]);

/** The text as the parameter's type; text that is none is left for the schema to refuse. */
function typed({ type }: Parameter, text: string): unknown {
  if (type.type === 'number') return text.trim() === '' ? text : Number(text);
  if (type.type === 'switch') return switches.get(text.trim().toLowerCase()) ?? text;
  return text;
}

function valueOf(node: GraphNode, parameter: Parameter, text: string): unknown {
  const parsed = parameter.schema.safeParse(typed(parameter, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = issue ? parameterReason(issue) : 'is not valid.';
  throw new GraftError(
    'graph.bad-parameter',
    { title: nodeTitle(node), parameter: parameter.meta.title, reason },
    node.id,
  );
}
