/** The head: pooling of whatever the backbone gives, dropout, hidden layers, and a linear layer to the classes. */
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { float } from '#shared/ir/builder.ts';
import { float32Tensor, type Tensor } from '#shared/ir/tensor.ts';

export interface HeadSpec {
  /** Length of the pooled feature vector. */
  readonly features: number;
  readonly hidden: readonly number[];
  readonly classes: number;
  /** Probability that an element is dropped. */
  readonly dropout: number;
  readonly seed: number;
}

/** A dropout mask the engine draws: float32 [N, width], 0 or 1/(1 − rate). */
export interface DropoutInput {
  readonly name: string;
  readonly width: number;
  readonly rate: number;
}

/** Name of the pooled features: where a wholly frozen backbone is cut. */
export const pooledFeatures = 'head/features';

/** Averages feature maps [N,C,H,W] or tokens [N,T,C] to vectors [N,C]; vectors pass. Gives `pooledFeatures`. */
export function appendPooling(builder: GraphBuilder, features: string, shape: readonly number[]): void {
  let pooled = features;
  if (shape.length === 3) pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [features])], { axis: 1 });
  else if (shape.length === 2) pooled = builder.reduce('ReduceMean', features, [1], false);
  builder.append({ name: '', op: 'Identity', domain: '', inputs: [pooled], outputs: [pooledFeatures], attributes: {} });
}

/** Length of the pooled vector, from the shape of one sample's features. */
export function pooledWidth(shape: readonly number[]): number {
  return (shape.length === 2 ? shape[1] : shape[0]) ?? 0;
}

/**
 * Appends the head behind `pooledFeatures`; with `training`, dropout masks are inputs.
 * @returns the logits' name and the masks
 */
export function appendHead(
  builder: GraphBuilder,
  spec: HeadSpec,
  training: boolean,
): { logits: string; dropouts: DropoutInput[] } {
  const widths = [spec.features, ...spec.hidden, spec.classes];
  const dropouts: DropoutInput[] = [];
  let value = pooledFeatures;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const width = widths[layer] as number;
    if (training && spec.dropout > 0) {
      const name = `dropout/${layer}`;
      dropouts.push({ name, width, rate: spec.dropout });
      builder.input(name, 'float32', ['N', width]);
      value = builder.op('Mul', [value, name]);
    }
    value = builder.op('Gemm', [value, headParameter(layer, 'weight'), headParameter(layer, 'bias')], {
      transB: 1,
      alpha: float(1),
      beta: float(1),
    });
    if (layer + 2 < widths.length) value = builder.op('Relu', [value]);
  }
  return { logits: value, dropouts };
}

/**
 * Starting values, uniform in ±1/√(inputs) for weights and biases alike: what PyTorch's Linear draws
 * (Kaiming uniform with a = √5, He et al. 2015).
 */
export function initialHead(spec: HeadSpec): Map<string, Tensor> {
  const widths = [spec.features, ...spec.hidden, spec.classes];
  const parameters = new Map<string, Tensor>();
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [inputs, outputs] = [widths[layer] as number, widths[layer + 1] as number];
    const bound = 1 / Math.sqrt(inputs);
    const draw = (count: number, part: number): Float32Array =>
      Float32Array.from(
        { length: count },
        (_, index) => bound * (2 * randomUniform(spec.seed, randomStreams.initialization, 2 * layer + part, index) - 1),
      );
    parameters.set(headParameter(layer, 'weight'), float32Tensor([outputs, inputs], draw(outputs * inputs, 0)));
    parameters.set(headParameter(layer, 'bias'), float32Tensor([outputs], draw(outputs, 1)));
  }
  return parameters;
}

function headParameter(layer: number, part: 'weight' | 'bias'): string {
  return `head/${layer}/${part}`;
}
