/**
 * What a graph is written for. Where several ways to write something give the same numbers, the one that is fastest
 * depends on the shapes and on the machine; a target knows which to take.
 */
import type { Node } from '#shared/ir/graph.ts';
import type { Tensor, TensorType } from '#shared/ir/tensor.ts';

/** A place in a graph that can be written in several ways. */
export interface ChoicePoint {
  /** What is written, e.g. `ConvWeightGradient`. */
  readonly kind: string;
  /** Everything that its cost depends on, in words that stay the same: sizes, windows, element type. */
  readonly key: string;
  /** Names of the ways that apply here. */
  readonly candidates: readonly string[];
  /** The one to take where nobody has measured. */
  readonly usual: string;
  /** The forward node it belongs to, and which of its inputs' gradients are asked for. */
  readonly node: Node;
  readonly wanted: readonly boolean[];
  /** Nodes of the graph so far, the forward ones among them, and the types of forward values. */
  readonly nodes: readonly Node[];
  readonly typeOf: (value: string) => TensorType | undefined;
  /** The tensor of a value that is the same in every run. */
  readonly constantOf: (value: string) => Tensor | undefined;
}

/** The way to write a place; undefined, and anything that is no candidate there, stands for the usual one. */
export type Spellings = (point: ChoicePoint) => string | undefined;

/** Empty for a graph that any runtime is to run well. */
export interface Target {
  /** Channels that the kernels it is written for take at a time. */
  readonly channelBlock?: number | undefined;
  readonly spellings?: Spellings | undefined;
  /** Whether a graphics card computes it, which divides whatever it does among thousands of lanes. */
  readonly onCard?: boolean;
  /** Whether beginning a kernel takes so long that small parameters are better carried together. */
  readonly packs?: boolean;
}
