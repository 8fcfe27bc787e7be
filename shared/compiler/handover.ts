/** The model a person leaves with: pictures in their natural range to logits and probabilities, weights inside. */
import { preparation } from '#shared/core/preparation.ts';
import { graftModelVersion, onnxIrVersion } from '#shared/compiler/versions.ts';
import { extract } from '#shared/compiler/subgraph.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';

export interface HandoverMetadata {
  readonly task: string;
  readonly labels: readonly string[];
  readonly size: readonly [number, number];
  readonly resize: 'stretch' | 'crop';
  readonly run: string;
  readonly backbone: string;
  readonly license: string;
}

/** @param inference pictures to `logits`, with the weights training began from */
export function handover(inference: Model, trained: ReadonlyMap<string, Tensor>, metadata: HandoverMetadata): Model {
  const { graph } = extract(inference, inference.graph.inputs, inference.graph.outputs);
  const builder = new GraphBuilder(inference.opsets[''] as number, graph);
  for (const [name, tensor] of trained) builder.initializers.set(name, tensor);
  const probabilities = builder.op('Softmax', ['logits'], { axis: 1 });
  builder.output(probabilities, 'float32', ['N', metadata.labels.length], 'probabilities');
  return {
    graph: builder.build('graft'),
    opsets: inference.opsets,
    irVersion: onnxIrVersion,
    metadata: {
      'graft.version': graftModelVersion,
      'graft.task': metadata.task,
      'graft.labels': JSON.stringify(metadata.labels),
      'graft.preprocess': JSON.stringify(preparation(metadata.size, metadata.resize)),
      'graft.run': metadata.run,
      'graft.backbone': metadata.backbone,
      'graft.license': metadata.license,
    },
  };
}
