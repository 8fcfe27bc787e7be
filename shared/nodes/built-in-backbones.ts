/** The backbones in the box: their ids, as `--backbone` and documents name them, and what templates need to know. */
interface BuiltInBackbone {
  readonly title: string;
  /** The first stage that the fine-tuning template trains. */
  readonly tunedFrom: string;
}

export const builtInBackbones = {
  // From _blocks.12 on an epoch takes twice as long, and the photos that were tried gained nothing (decision 0049).
  'efficientnet-lite0': { title: 'EfficientNet-Lite0', tunedFrom: '_blocks.15' },
  nano: { title: 'Nano', tunedFrom: 'stage5' },
} as const satisfies Readonly<Record<string, BuiltInBackbone>>;

export type BuiltInId = keyof typeof builtInBackbones;
export const builtInIds = Object.keys(builtInBackbones) as readonly BuiltInId[];

/** What a new project begins with: features of ImageNet, where nano has seen little more than CIFAR-10. */
export const usualBackbone: BuiltInId = 'efficientnet-lite0';

export function isBuiltIn(model: string): model is BuiltInId {
  return Object.hasOwn(builtInBackbones, model);
}
