/**
 * What a node kind is. One file per kind beside this one defines all of it: ports, parameters, defaults,
 * checks, help and lowering. Kinds are immutable data; a node in a document refers to its kind by name.
 */
import type { z } from 'zod';
import type { Facts } from '#shared/nodes/facts.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import type { Problem } from '#shared/messages/error.ts';

/** What a wire can carry. Colour and shape of each live in the renderer's theme. */
export const socketTypes = ['samples', 'targets', 'features', 'predictions', 'loss', 'update', 'model'] as const;
export type SocketType = (typeof socketTypes)[number];

export interface Port {
  /** Unique among the kind's inputs, and among its outputs. */
  readonly name: string;
  readonly type: SocketType;
  readonly optional?: boolean;
}

export const nodeGroups = ['data', 'model', 'training', 'results', 'notes'] as const;
export type NodeGroup = (typeof nodeGroups)[number];

/** How the inspector shows one parameter; attached to its zod schema with `.meta()`. */
export interface ParameterMeta {
  readonly title: string;
  /** One sentence under the field. */
  readonly help?: string;
  /** Shown after the number: “°”, “× base rate”, or as a word that counts: “epoch” after 1, “epochs” after others. */
  readonly unit?: string | readonly [one: string, many: string];
  /** Chosen from the schema's type when absent. `log` is a slider over powers of ten, `text` has several lines. */
  readonly control?: 'folder' | 'model-file' | 'stage' | 'log' | 'slider' | 'widths' | 'text' | 'corrections';
  /** Another parameter of the node that this one is about: when that is changed, this one goes back to its default. */
  readonly lapsesWith?: string;
  /** Labels of an enum's values, in order of the values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What each of an enum's values is, in a sentence; shown for the chosen one, in place of `help`. */
  readonly meanings?: Readonly<Record<string, string>>;
  /** Folded away under “Expert”. */
  readonly expert?: boolean;
  /** Shown only while another parameter of the node has one of these values. */
  readonly when?: { readonly parameter: string; readonly is: readonly (string | number | boolean)[] };
  readonly step?: number;
}

export type ParameterSchema = z.ZodObject<z.ZodRawShape>;

/** What a kind's usual values depend on outside its own node. */
export interface Situation {
  /** The backbone is frozen, so that only the head learns. */
  readonly headAlone: boolean;
}

export interface NodeKind<Schema extends ParameterSchema = ParameterSchema> {
  /** Stable name in documents, for example `image-folder`. */
  readonly kind: string;
  /** Conventional node id in projects made by `new`, for example `data`. */
  readonly id: string;
  readonly title: string;
  readonly group: NodeGroup;
  /** Tabler icon name, without the `Icon` prefix. */
  readonly icon: string;
  /** What it is, in one sentence. */
  readonly summary: string;
  /** Other words people search for. */
  readonly synonyms: readonly string[];
  /** A few paragraphs of Markdown for the inspector's help. */
  readonly help: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly schema: Schema;
  /** Parameters whose best beginning depends on the others: proposed until the person sets something else. */
  usual?(parameters: z.output<Schema>, situation: Situation): Partial<z.output<Schema>>;
  /** Problems of valid parameters in the light of what is known of data and model; wiring is checked elsewhere. */
  check?(parameters: z.output<Schema>, node: string, facts: Facts): Problem[];
  /** What the node contributes to the model to build. */
  lower(parameters: z.output<Schema>, node: string): Partial<Recipe>;
}

export function defineKind<Schema extends ParameterSchema>(kind: NodeKind<Schema>): NodeKind<Schema> {
  return kind;
}

/** Characters of a path, in the files of Windows; other systems allow fewer. */
export const longestPath = 32_767;

/** No list of numbers may be as long: what lies beyond is not looked at, the list is refused for the rest. */
const longestList = 1000;

/** Takes `256`, `"256"` and `"256, 128"` for lists of numbers, so that a command line can give them. */
export function toNumbers(value: unknown): unknown {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.length > longestList ? value.slice(0, longestList) : value;
  if (typeof value !== 'string') return value;
  const text = value.trim().replace(/^\[|\]$/gu, '');
  return text === '' ? [] : text.split(/[\s,]+/u, longestList).map(Number);
}

/** Types a parameter's `.meta()`. */
export function meta(value: ParameterMeta): ParameterMeta & Record<string, unknown> {
  return { ...value };
}
