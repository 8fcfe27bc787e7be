/**
 * Batch normalization with fixed statistics behind a convolution is part of that convolution: it scales each output
 * channel by s = scale ÷ √(variance + ε), which its kernel can do, and shifts it, which its bias can do. So
 * BN(conv(x, W) + b) = conv(x, W·s) + (b − mean)·s + bias. The training step then neither computes nor keeps what stood
 * between the two, and the gradient of the scale comes from that of the kernel, without another pass over activations.
 */
import type { Shape } from '#shared/core/shape.ts';
import { floatAttribute, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import { readCounts } from '#shared/compiler/subgraph.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { TypedBuilder } from '#shared/compiler/typed-builder.ts';

/** @returns the model with every such pair as one convolution; trained weights stay what they are, under their names */
export function foldNormalizations(model: TypedModel): TypedModel {
  const pairs = findPairs(model.graph);
  if (pairs.size === 0) return model;
  const convolutions = new Set(pairs.values());
  const builder = new TypedBuilder(model.graph, model.opsets[''] as number);
  for (const node of model.graph.nodes) {
    const convolution = pairs.get(node);
    if (convolution) append(builder, convolution, node);
    else if (!convolutions.has(node)) builder.append(node);
  }
  return { ...model, graph: builder.rewritten };
}

/** By normalization the convolution in front of it, where nothing else reads what that makes. */
function findPairs(graph: TypedGraph): Map<Node, Node> {
  const readers = readCounts(graph);
  const convolutions = new Map(
    graph.nodes.filter(({ op, domain }) => op === 'Conv' && domain === '').map((node) => [node.outputs[0], node]),
  );
  const pairs = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const convolution = convolutions.get(node.inputs[0]);
    if (node.op !== 'BatchNormalization' || node.domain !== '' || !convolution) continue;
    const isFixed = node.attributes['training_mode']?.value !== 1 && node.outputs.filter(Boolean).length === 1;
    const isAlone = readers.get(convolution.outputs[0] as string) === 1;
    // From operator set 15 statistics may be of another type than what they normalize.
    const types = new Set(
      [convolution.inputs[1], ...node.inputs.slice(1)].map((name) => graph.types.get(name ?? '')?.dtype),
    );
    if (isFixed && isAlone && types.size === 1) pairs.set(node, convolution);
  }
  return pairs;
}

/** Appends one convolution that does the work of both. */
function append(builder: TypedBuilder, convolution: Node, normalization: Node): void {
  const [x, weight, ownBias] = convolution.inputs as readonly [string, string, string?];
  const [, scale, bias, mean, variance] = normalization.inputs as readonly [string, string, string, string, string];
  const { dtype, shape } = builder.typeOf(weight);
  const channels = [shape[0] as number];
  const kernelwise = [...channels, ...shape.slice(1).map(() => 1)];
  const op = (name: string, inputs: readonly string[], of: Shape = channels): string =>
    builder.shaped(name, inputs, of);
  const epsilon = builder.scalar(dtype, floatAttribute(normalization, 'epsilon', 1e-5));
  const factor = op('Div', [scale, op('Sqrt', [op('Add', [variance, epsilon])])]);
  const kernel = op('Mul', [weight, builder.reshaped(factor, kernelwise)], shape);
  const centre = ownBias ? op('Sub', [ownBias, mean]) : op('Neg', [mean]);
  const shift = op('Add', [op('Mul', [centre, factor]), bias]);
  builder.append({ ...convolution, inputs: [x, kernel, shift], outputs: [normalization.outputs[0] as string] });
}
