/** What a model file offers as a backbone: its picture input, and the tensor a head can be put on. */
import type { Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { intAttribute, producers } from '#shared/ir/graph.ts';
import { elementCount } from '#shared/core/shape.ts';
import { newestOpset, oldestOpset } from '#shared/ir/opsets.ts';
import { GraftError } from '#shared/messages/error.ts';

export interface BackboneView {
  readonly input: ValueInfo;
  /** Channels, height, width; 0 where the model leaves it open. */
  readonly size: readonly [number, number, number];
  /** Value whose shape is [N, C], [N, C, H, W] or [N, T, C]. */
  readonly features: string;
  /** The classifier that was left off, if the model ended in one. */
  readonly droppedClassifier: boolean;
}

/**
 * @param model with operators of set 13 or newer, to which older ones are upgraded on reading
 * @throws GraftError `model.opset-unsupported`, `model.input-…`, `model.not-for-pictures`, `model.no-feature-output`
 */
export function viewBackbone(model: Model, path: string): BackboneView {
  const opset = model.opsets[''] ?? 0;
  if (opset < oldestOpset)
    throw new GraftError('model.opset-unsupported', { path, opset, oldest: oldestOpset, newest: newestOpset });
  const { inputs, outputs } = model.graph;
  const input = inputs[0];
  if (!input || inputs.length !== 1) {
    throw new GraftError('model.input-unsupported', { path, reason: `it has ${inputs.length} inputs.` });
  }
  if (input.shape.length !== 4 || input.dtype !== 'float32') {
    const details = { path, name: input.name, dtype: input.dtype, dimensions: input.shape.length };
    throw new GraftError(input.shape.length === 4 ? 'model.input-type' : 'model.not-for-pictures', details);
  }
  const size = input.shape
    .slice(1)
    .map((dimension) => (typeof dimension === 'number' && dimension > 0 ? dimension : 0)) as [number, number, number];
  if (size[0] !== 3)
    throw new GraftError('model.input-channels', { path, channels: size[0] || 'an unknown number of' });
  if (outputs.length === 0) throw new GraftError('model.no-feature-output', { path, reason: 'no output' });
  const output = chosenOutput(model);
  const before = classifierInput(model, output);
  return { input, size, features: before ?? output, droppedClassifier: before !== undefined };
}

const calledFeatures = /feature|embed|pool|hidden/iu;

/** Of several outputs the one that is called features, else the one with the longest way to it; the first of equals. */
function chosenOutput(model: Model): string {
  const names = model.graph.outputs.map(({ name }) => name);
  const [first = ''] = names;
  if (names.length === 1) return first;
  const called = names.find((name) => calledFeatures.test(name));
  if (called !== undefined) return called;
  const depths = depthsOf(model);
  const depth = (name: string): number => depths.get(name) ?? 0;
  return names.reduce((best, name) => (depth(name) > depth(best) ? name : best), first);
}

/** How many nodes stand one behind the other in front of each value. */
function depthsOf({ graph }: Model): Map<string, number> {
  const depths = new Map<string, number>();
  for (const node of graph.nodes) {
    const before = node.inputs.reduce((most, name) => Math.max(most, depths.get(name) ?? 0), 0);
    for (const output of node.outputs) depths.set(output, before + 1);
  }
  return depths;
}

/** What may stand behind a classifier: it changes how its answers are written, and no more. */
const behindClassifier = new Set(
  'Softmax LogSoftmax Sigmoid Identity Cast Flatten Squeeze Reshape Dropout ArgMax TopK'.split(' '),
);
const pooling = new Set(['GlobalAveragePool', 'ReduceMean', 'AveragePool']);

/**
 * The input of the last linear layer, when the model ends in one and its output is not called features: a matrix, or a
 * convolution of single pixels before or after the pooling. Scaling by one number, as of a temperature, may stand behind.
 */
function classifierInput(model: Model, output: string): string | undefined {
  if (/feature|embed|pool/i.test(output)) return undefined;
  const { initializers } = model.graph;
  const producer = producers(model.graph);
  const isNumber = (name: string): boolean => {
    const stored = initializers.get(name);
    return stored !== undefined && elementCount(stored.shape) === 1;
  };
  /** Whether answers lose their places on the way, which makes a convolution a classifier. */
  let flattens = false;
  let node: Node | undefined = producer.get(output);
  while (node) {
    const value: string | undefined = ['Mul', 'Div', 'Add', 'Sub'].includes(node.op)
      ? node.inputs.some(isNumber)
        ? node.inputs.find((name) => !isNumber(name))
        : undefined
      : behindClassifier.has(node.op) || pooling.has(node.op)
        ? node.inputs[0]
        : undefined;
    if (value === undefined) break;
    flattens ||= pooling.has(node.op) || ['Flatten', 'Squeeze', 'Reshape'].includes(node.op);
    node = producer.get(value);
  }
  if (node?.op === 'Add') {
    const added = node.inputs.map((name) => producer.get(name));
    node = added.find((made) => made?.op === 'MatMul' || made?.op === 'Conv');
  }
  const weight = initializers.get(node?.inputs[1] ?? '');
  if (!node || !weight) return undefined;
  if (node.op === 'Gemm' || node.op === 'MatMul') return node.inputs[0];
  const isPointwise = weight.shape.slice(2).every((size) => size === 1) && intAttribute(node, 'group', 1) === 1;
  return node.op === 'Conv' && isPointwise && flattens ? node.inputs[0] : undefined;
}
