/** Reads a kind's zod schema as a list of parameters: what the inspector draws and the command line parses by. */
import { z } from 'zod';
import type { NodeKind, ParameterMeta } from './kind.ts';

type ParameterType =
  | { readonly type: 'number'; readonly integer: boolean; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'choice'; readonly values: readonly string[] }
  | { readonly type: 'switch' }
  | { readonly type: 'text' }
  /** A list of whole numbers. */
  | { readonly type: 'widths' }
  /** A list of objects, which nobody types. */
  | { readonly type: 'records' };

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly meta: ParameterMeta;
  readonly default: unknown;
  /** Accepts and normalises one value. */
  readonly schema: z.ZodType;
}

function typeOf(schema: z.core.$ZodType, owner: string): ParameterType {
  if (schema instanceof z.ZodDefault) return typeOf(schema.def.innerType, owner);
  if (schema instanceof z.ZodPipe) return typeOf(schema.def.out, owner);
  if (schema instanceof z.ZodNumber) {
    return {
      type: 'number',
      integer: schema.format === 'safeint',
      minimum: schema.minValue ?? -Infinity,
      maximum: schema.maxValue ?? Infinity,
    };
  }
  if (schema instanceof z.ZodEnum) return { type: 'choice', values: schema.options.map(String) };
  if (schema instanceof z.ZodBoolean) return { type: 'switch' };
  if (schema instanceof z.ZodString) return { type: 'text' };
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject) return { type: 'records' };
  if (schema instanceof z.ZodArray) return { type: 'widths' };
  throw new Error(`no form field for ${owner}`);
}

function parameterOf(kind: NodeKind, name: string): Parameter {
  const schema = kind.schema.shape[name] as z.ZodType;
  const owner = `${kind.kind}.${name}`;
  const described = schema.meta() as ParameterMeta | undefined;
  if (!described) throw new Error(`${owner} has no meta`);
  return { name, type: typeOf(schema, owner), meta: described, default: schema.parse(undefined), schema };
}

const known = new WeakMap<NodeKind, readonly Parameter[]>();

/** The parameters of a kind, in the order of its schema. */
export function parametersOf(kind: NodeKind): readonly Parameter[] {
  let parameters = known.get(kind);
  if (!parameters) {
    parameters = Object.keys(kind.schema.shape).map((name) => parameterOf(kind, name));
    known.set(kind, parameters);
  }
  return parameters;
}

/** A node's values with defaults filled in; a value its schema refuses is replaced by the default. */
export function effectiveParameters(
  kind: NodeKind,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    parametersOf(kind).map((parameter) => {
      const parsed = parameter.schema.safeParse(values[parameter.name]);
      return [parameter.name, parsed.success ? parsed.data : parameter.default];
    }),
  );
}

/** Whether the inspector shows a parameter, given the node's other values. */
export function isShown(parameter: Parameter, values: Readonly<Record<string, unknown>>): boolean {
  const { when } = parameter.meta;
  return when === undefined || when.is.some((value) => value === values[when.parameter]);
}
