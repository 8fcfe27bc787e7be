/**
 * The model to build, as plain data: what the nodes of a valid graph lower to, and all the compiler and
 * the engine need to know of a document. Each part names the node it came from, so that errors can.
 */
import type { Correction } from './corrections.ts';

interface DataPart {
  readonly node: string;
  /** As in the document: absolute, or relative to it. */
  readonly path: string;
  /** Pictures used per class at most; 0 is all. */
  readonly limitPerClass: number;
  readonly corrections: readonly Correction[];
}

interface SplitPart {
  readonly node: string;
  /** Share of each class held out when the folder has no validation part of its own, in (0, 1). */
  readonly validation: number;
  /** Share of each class kept for the end when the folder has no test part of its own, in [0, 0.5]. */
  readonly test: number;
  readonly seed: number;
}

interface AugmentPart {
  readonly node: string;
  readonly enabled: boolean;
  /** Probability of a left-right mirror image. */
  readonly flip: number;
  /** Largest rotation either way, degrees. */
  readonly rotate: number;
  /** Largest magnification, ≥ 1. */
  readonly zoom: number;
  /** Largest relative change of brightness and contrast. */
  readonly light: number;
  /** Augmented copies cached per picture; 0 draws anew every epoch and does not cache. */
  readonly views: number;
}

export interface BackbonePart {
  readonly node: string;
  /** A built-in backbone's id, or a path to an .onnx file: absolute, or relative to the document. */
  readonly model: string;
  /** SHA-256 the file had when it was chosen; '' is unknown. */
  readonly hash: string;
  /** Input side in pixels; 0 takes the model's own. */
  readonly size: number;
  readonly resize: 'stretch' | 'crop';
  /** What the backbone expects of RGB in 0–1; `auto`: none for built-in models, ImageNet's for others. */
  readonly normalization: 'auto' | 'none' | 'imagenet' | 'half' | 'bytes';
  /** Order of colours that the model takes. */
  readonly channels: 'rgb' | 'bgr';
}

export interface FreezePart {
  readonly node: string;
  readonly mode: 'backbone' | 'until' | 'none';
  /** With mode `until`: the first stage that is trained. */
  readonly stage: string;
  /** Learning rate of the last backbone stage relative to the head's. */
  readonly backboneRate: number;
  /** Each earlier stage learns this many times slower than the one after it. */
  readonly stageDecay: number;
}

interface HeadPart {
  readonly node: string;
  /** Widths of the hidden layers, input first; empty is a linear head. */
  readonly hidden: readonly number[];
  readonly dropout: number;
}

interface LossPart {
  readonly node: string;
  readonly kind: 'cross-entropy' | 'focal';
  /** Cross-entropy. */
  readonly labelSmoothing: number;
  /** Focal: how fast easy samples stop counting. */
  readonly gamma: number;
  /** `auto` turns them on above an imbalance of 2. */
  readonly classWeights: 'auto' | 'on' | 'off';
}

export const optimizerKinds = [
  'sgd',
  'adam',
  'adamw',
  'adamax',
  'nadam',
  'radam',
  'rmsprop',
  'adagrad',
  'adadelta',
  'lion',
  'lamb',
  'adafactor',
  'muon',
] as const;
type OptimizerKind = (typeof optimizerKinds)[number];

export interface OptimizerPart {
  readonly node: string;
  readonly kind: OptimizerKind;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Adam, AdamW: divides by the largest average square so far. */
  readonly amsgrad: boolean;
  /** RMSprop: share of the average square kept. */
  readonly alpha: number;
  /** RMSprop: takes the average gradient off. */
  readonly centered: boolean;
  /** Adagrad: how fast the rate falls. */
  readonly rateDecay: number;
  /** Adadelta: share of the averages kept. */
  readonly rho: number;
  /** Largest global L2 norm of the gradient; 0 is off. */
  readonly clipNorm: number;
  /** Largest size of each number of the gradient; 0 is off. */
  readonly clipValue: number;
}

export interface SchedulePart {
  readonly node: string;
  readonly kind:
    | 'constant'
    | 'cosine'
    | 'step'
    | 'one-cycle'
    | 'multi-step'
    | 'exponential'
    | 'polynomial'
    | 'cosine-restarts'
    | 'plateau';
  /** All but one-cycle: share of the steps spent rising in a straight line before. */
  readonly ramp: number;
  /** One-cycle: share of the steps spent rising. */
  readonly warmup: number;
  /** One-cycle: the first rate is the peak divided by this. */
  readonly startDivisor: number;
  /** One-cycle: the last rate is the peak divided by this. */
  readonly endDivisor: number;
  /** Step: epochs between drops. */
  readonly stepEpochs: number;
  /** Step, multi-step and plateau: factor of each drop. */
  readonly stepFactor: number;
  /** Multi-step: epochs after which the rate drops. */
  readonly milestones: readonly number[];
  /** Exponential: factor over an epoch. */
  readonly epochFactor: number;
  /** Polynomial: 1 is a straight line. */
  readonly power: number;
  /** Cosine restarts: epochs of the first fall. */
  readonly restartEpochs: number;
  /** Cosine restarts: each fall is this many times as long as the one before. */
  readonly restartGrowth: number;
  /** Plateau: epochs without a better validation loss that are borne. */
  readonly plateauPatience: number;
}

interface TrainingPart {
  readonly node: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Stop when the epoch's training loss falls below this; 0 is off. */
  readonly lossThreshold: number;
  /** Stop after this many epochs without a better validation loss; 0 is off. */
  readonly patience: number;
  /** Share of the samples that may become unreadable while training, 0–1; above it the run stops. */
  readonly maxMissing: number;
  /** Batches whose mean gradient makes one change of the parameters. */
  readonly accumulation: number;
  /** Share of the moving average of the weights kept at each change; 0 uses the weights themselves. */
  readonly averaging: number;
  /** What layers compute in; weights, loss and updates are float32 in any case. */
  readonly precision: 'float32' | 'float16';
  /** MiB a step may take before part of the forward pass is computed again; 0 is half the memory of the machine. */
  readonly memoryLimit: number;
}

interface EvaluationPart {
  readonly node: string;
  /** How many of the wrongest samples are kept. */
  readonly wrongest: number;
}

interface ExportPart {
  readonly node: string;
  readonly fileName: string;
}

export interface Recipe {
  readonly data: DataPart;
  readonly split: SplitPart;
  readonly augment: AugmentPart;
  readonly backbone: BackbonePart;
  readonly freeze: FreezePart;
  readonly head: HeadPart;
  readonly loss: LossPart;
  readonly optimizer: OptimizerPart;
  readonly schedule: SchedulePart;
  readonly training: TrainingPart;
  readonly evaluation: EvaluationPart;
  readonly export: ExportPart;
}
