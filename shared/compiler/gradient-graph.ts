/** The gradient of any value of any model as a graph of its own: the `grad` interface. */
import { fixShapes, constantsToInitializers, inferTypes } from '#shared/compiler/2-shape.ts';
import { lower } from '#shared/compiler/3-lower.ts';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { definitions, definitionsEverywhere, movedAside } from '#shared/compiler/subgraph.ts';
import { modelLike } from '#shared/compiler/versions.ts';
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Dimension, Model, TypedGraph, ValueInfo } from '#shared/ir/graph.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

export interface GradientRequest {
  /** The value that is differentiated. */
  readonly of: string;
  /** Initializers, inputs or values in between that it is differentiated with respect to. */
  readonly wrt: readonly string[];
  /** Shapes of inputs whose sizes the model leaves open; an open size is 1 otherwise. */
  readonly inputShapes?: ReadonlyMap<string, Shape>;
}

/** Size of a dimension that neither the model nor the request fixes. */
const openSize = 1;

const gradientName = (value: string): string => `grad/${value}`;

/**
 * Inputs: the model's own, each initializer of `wrt` under its own name, and `grad/<of>`, the cotangent, with the
 * shape of `<of>`. Outputs: `<of>`, and `grad/<name>` for each name in `wrt`, with that value's shape.
 * @throws GraftError `compile.unknown-tensor`, `compile.not-trainable`, `compile.not-differentiable`,
 * `model.size-depends-on-data`, `model.refused`, `input.bad-argument`
 */
export async function buildGradientGraph(model: Model, request: GradientRequest, oracle: Oracle): Promise<Model> {
  const { of } = request;
  const wrt = [...new Set(request.wrt)];
  const source = withoutClashes(promoted(constantsToInitializers(model), wrt), of, wrt);
  const known = definitions(source.graph);
  for (const name of [of, ...wrt]) if (!known.has(name)) throw new GraftError('compile.unknown-tensor', { name });
  const declared = source.graph.outputs.find(({ name }) => name === of);
  const target: ValueInfo = declared ?? { name: of, dtype: 'float32', shape: [], unknown: 'type' };
  const typed = await fixShapes(
    { ...source, graph: { ...source.graph, outputs: [target] } },
    fixedShapes(source.graph.inputs, request.inputShapes ?? new Map()),
    [],
    oracle,
  );
  const opset = typed.opsets[''] as number;
  const lowered = lower(typed.graph, opset, wrt);
  const graph: TypedGraph = { ...lowered, types: await inferTypes({ ...typed, graph: lowered }, oracle) };
  const typeOf = (name: string): TensorType => {
    const type = graph.types.get(name);
    // Folded away, or not on any way to `of`.
    if (!type) {
      const reason = name === of ? 'it is not a tensor.' : `“${of}” does not depend on it.`;
      throw new GraftError('compile.not-trainable', { name, reason });
    }
    if (!isFloat(type.dtype))
      throw new GraftError('compile.not-trainable', { name, reason: `its type is ${type.dtype}.` });
    return type;
  };
  const targetType = typeOf(of);
  const types = new Map(wrt.map((name) => [name, typeOf(name)]));

  const builder = new GraphBuilder(opset, graph);
  builder.outputs.length = 0;
  const cotangent = builder.input(gradientName(of), targetType.dtype, targetType.shape);
  const gradients = appendGradient(builder, graph, new Map([[of, cotangent]]), wrt);
  builder.output(of, targetType.dtype, targetType.shape);
  for (const [name, { dtype, shape }] of types)
    builder.output(gradients.get(name) as string, dtype, shape, gradientName(name));
  return modelLike(builder.build('gradient'), typed);
}

/** The model with the initializers of `wrt` as inputs of the same names. */
function promoted(model: Model, wrt: readonly string[]): Model {
  const initializers = new Map(model.graph.initializers);
  const inputs: ValueInfo[] = [...model.graph.inputs];
  for (const name of wrt) {
    const tensor = initializers.get(name);
    if (!tensor) continue;
    if (!isFloat(tensor.dtype))
      throw new GraftError('compile.not-trainable', { name, reason: `its type is ${tensor.dtype}.` });
    inputs.push({ name, dtype: tensor.dtype, shape: tensor.shape });
    initializers.delete(name);
  }
  return { ...model, graph: { ...model.graph, inputs, initializers } };
}

/** The model with other names for values inside that are called like something the gradient graph takes or gives. */
function withoutClashes(model: Model, of: string, wrt: readonly string[]): Model {
  const asked = new Set([of, ...wrt]);
  const fixed = new Set([...model.graph.inputs.map(({ name }) => name), ...asked]);
  const taken = new Set([...asked].map(gradientName));
  const clashing = [...definitionsEverywhere(model.graph)].filter((name) => taken.has(name));
  const given = clashing.find((name) => fixed.has(name));
  if (given !== undefined)
    throw new GraftError('input.bad-argument', {
      argument: '--wrt',
      reason: `“${given}” would be both given and asked for.`,
    });
  return movedAside(model, clashing);
}

/** @throws GraftError `input.bad-argument` for a shape that an input does not have */
function fixedShapes(inputs: readonly ValueInfo[], given: ReadonlyMap<string, Shape>): Map<string, Shape> {
  for (const name of given.keys()) {
    if (inputs.some((input) => input.name === name)) continue;
    throw new GraftError('input.bad-argument', { argument: '--shape', reason: `the model has no input “${name}”.` });
  }
  return new Map(
    inputs.map((input) => {
      const wanted = given.get(input.name);
      const fits =
        !wanted ||
        input.unknown !== undefined ||
        (wanted.length === input.shape.length &&
          wanted.every((size, axis) => fitsInto(size, input.shape[axis] ?? null)));
      if (!fits)
        throw new GraftError('input.bad-argument', {
          argument: '--shape',
          reason: `“${input.name}” has the shape [${input.shape.map((size) => size ?? '?').join(', ')}].`,
        });
      return [input.name, wanted ?? input.shape.map((size) => (typeof size === 'number' ? size : openSize))];
    }),
  );
}

function fitsInto(size: number, dimension: Dimension): boolean {
  return typeof dimension !== 'number' || dimension === size;
}
