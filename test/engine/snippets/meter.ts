/** A model in the form of an exported one that says what it was given: the mean of each colour in each part of the picture. */
import { preparation } from '#shared/core/preparation.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { encodeModel } from '#shared/onnx/encode.ts';

/** Parts of a picture, by rows and columns. */
const parts = [2, 3] as const;

/** @param size [height, width], multiples of the parts */
export function meter(size: readonly [number, number], resize: 'stretch' | 'crop'): Uint8Array {
  const kernel = [size[0] / parts[0], size[1] / parts[1]];
  const builder = new GraphBuilder(13);
  builder.input('input', 'float32', ['N', 3, ...size]);
  const means = builder.op('AveragePool', ['input'], { kernel_shape: kernel, strides: kernel });
  const flat = builder.op('Flatten', [means], { axis: 1 });
  const labels = ['red', 'green', 'blue'].flatMap((colour) =>
    Array.from({ length: parts[0] * parts[1] }, (_, part) => `${colour}-${part}`),
  );
  builder.output(flat, 'float32', ['N', labels.length], 'probabilities');
  return encodeModel({
    graph: builder.build('graft'),
    opsets: { '': 13 },
    irVersion: 8,
    metadata: {
      'graft.version': '1',
      'graft.task': 'image-classification',
      'graft.labels': JSON.stringify(labels),
      'graft.preprocess': JSON.stringify(preparation(size, resize)),
    },
  });
}
