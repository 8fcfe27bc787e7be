/** Which numbers a model takes for a picture, told by what it does with them before anything else. */
import { elementCount } from '#shared/core/shape.ts';
import type { Graph, Model, Node } from '#shared/ir/graph.ts';
import { numbers } from '#shared/ir/tensor.ts';

/** 0–1 or 0–255, where the model brings them into its own range itself. */
export type OwnRange = 'none' | 'bytes';

/** What passes numbers on as they are. */
const passing = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Round', 'Pad']);
/**
 * Networks are made for numbers around 0 that reach a few units. Scaled by less than this, numbers from 0 to 255 get
 * there: 1/127.5, 1/128, 1/255, or ImageNet's deviations of those, 1/58; 0 to 1 would be lost.
 */
const scaleOfBytes = 0.025;
/** Taken off 0–255 by the models of Caffe and Keras: ImageNet's means 103.9, 116.8 and 123.7. */
const offsetOfBytes = 20;

/** Undefined for a model that begins with a layer at once: its file does not say. */
export function ownRange({ graph }: Model): OwnRange | undefined {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes)
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []).slice(0, 1), node]);
  let value = graph.inputs[0]?.name ?? '';
  let scale = 1;
  let offset = 0;
  let steps = 0;
  for (;;) {
    const [reader, other] = value === '' ? [] : (readers.get(value) ?? []);
    if (!reader || other || reader.domain !== '') break;
    const constant = constantOf(graph, reader, value);
    if (passing.has(reader.op)) {
      // As it was.
    } else if (constant === undefined) break;
    else {
      steps++;
      if (reader.op === 'Mul') [scale, offset] = [scale * constant, offset * constant];
      else if (reader.op === 'Div') [scale, offset] = [scale / constant, offset / constant];
      else if (reader.op === 'Add') offset += constant;
      else if (reader.op === 'Sub') offset -= constant;
    }
    value = reader.outputs[0] ?? '';
  }
  if (steps === 0) return undefined;
  return Math.abs(scale) < scaleOfBytes || (scale <= 1.5 && Math.abs(offset) > offsetOfBytes) ? 'bytes' : 'none';
}

/** The mean of what a step of arithmetic has stored; undefined for any other node. */
function constantOf({ initializers }: Graph, { op, inputs }: Node, value: string): number | undefined {
  if (!['Mul', 'Div', 'Add', 'Sub'].includes(op)) return undefined;
  // The other way round it is no scaling.
  if ((op === 'Div' || op === 'Sub') && inputs[0] !== value) return undefined;
  const stored = initializers.get(inputs.find((name) => name !== value) ?? '');
  const count = stored && stored.dtype !== 'string' ? elementCount(stored.shape) : 0;
  if (!stored || count === 0 || count > 4) return undefined;
  return numbers(stored).reduce((sum, one) => sum + one, 0) / count;
}
