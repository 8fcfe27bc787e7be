/** What a model file offers as a backbone: its picture input, and the tensor a head can be put on. */
import type { Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { producers } from '#shared/ir/graph.ts';
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
 * @throws GraftError `model.opset-unsupported`, `model.input-unsupported`, `model.no-feature-output`
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
    throw new GraftError('model.input-unsupported', {
      path,
      reason: `its input “${input.name}” is ${input.dtype} with ${input.shape.length} dimensions.`,
    });
  }
  const size = input.shape
    .slice(1)
    .map((dimension) => (typeof dimension === 'number' && dimension > 0 ? dimension : 0)) as [number, number, number];
  if (size[0] !== 3)
    throw new GraftError('model.input-unsupported', {
      path,
      reason: `its input has ${size[0] || 'an unknown number of'} channels, not 3.`,
    });
  const output = outputs[0];
  if (!output) throw new GraftError('model.no-feature-output', { path, reason: 'no output' });
  const before = classifierInput(model, output.name);
  return { input, size, features: before ?? output.name, droppedClassifier: before !== undefined };
}

/** The input of the last linear layer, when the model ends in one and its output is not called features. */
function classifierInput(model: Model, output: string): string | undefined {
  if (/feature|embed|pool/i.test(output)) return undefined;
  const producer = producers(model.graph);
  let node: Node | undefined = producer.get(output);
  while (node && ['Softmax', 'LogSoftmax', 'Identity'].includes(node.op)) node = producer.get(node.inputs[0] ?? '');
  if (node?.op === 'Add') node = node.inputs.map((name) => producer.get(name)).find((made) => made?.op === 'MatMul');
  const linear =
    node && (node.op === 'Gemm' || node.op === 'MatMul') && model.graph.initializers.has(node.inputs[1] ?? '');
  return linear ? node?.inputs[0] : undefined;
}
