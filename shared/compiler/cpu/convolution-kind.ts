/** Which convolutions run in the blocked layout. */
import { elementCount } from '#shared/core/shape.ts';
import { intAttribute, stringAttribute, type Node } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

/** Larger kernels are cotangents, in gradients of weights: to rearrange them costs more than it saves. */
const mostTaps = 49;

/** Of each channel by itself; of pictures with fewer channels than a block, which stay as they are; of others. */
export type ConvolutionKind = 'depthwise' | 'thin' | 'spatial';

/**
 * Depthwise convolutions, and those with a spatial kernel: with a 1×1 kernel both layouts are as fast. Undefined for all
 * others, and for what is no convolution of pictures.
 */
export function convolutionKind(
  node: Node,
  typeOf: (value: string) => TensorType | undefined,
  block: number,
): ConvolutionKind | undefined {
  if (node.op !== 'Conv' || node.domain !== '' || stringAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET')
    return undefined;
  const [x, weight, y] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((name) => typeOf(name as string));
  if (x?.dtype !== 'float32' || !weight || !divides(y, block)) return undefined;
  const channels = x.shape[1] as number;
  const [outputs, inputs, ...kernel] = weight.shape as [number, number, ...number[]];
  const groups = intAttribute(node, 'group', 1);
  const taps = elementCount(kernel);
  if (groups === 1 && taps > 1 && channels < block) return 'thin';
  if (!divides(x, block)) return undefined;
  if (groups > 1 && inputs === 1 && groups === channels && groups === outputs) return 'depthwise';
  return groups === 1 && taps > 1 && taps <= mostTaps ? 'spatial' : undefined;
}

/** Whether it is pictures whose channels are whole blocks. */
function divides(type: TensorType | undefined, block: number): boolean {
  const shape = type?.shape ?? [];
  return shape.length === 4 && (shape[1] as number) % block === 0 && !shape.includes(0);
}
