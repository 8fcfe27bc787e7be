import type { Model, ValueInfo } from '#shared/ir/graph.ts';
import type { Tensor, TensorType } from '#shared/ir/tensor.ts';

/** How an input is filled for a trial run: all zeros, or with values of several sizes and signs in turn. */
export type TrialFill = 'zeros' | 'mixed';

/**
 * onnxruntime, as the compiler sees it: the one authority on shapes and on constant values, injected so that
 * the compiler stays pure and no shape rule is written twice.
 */
export interface Oracle {
  /** What there is room for, bytes: of all constants of a model that are computed together, and of any one value. */
  readonly room: { readonly constants: number; readonly value: number };
  /**
   * Types of `values` in a model whose inputs have fixed shapes; a dimension it cannot know is null or a name, and what
   * is no tensor (a sequence, an optional value) has an unknown type.
   */
  infer(model: Model, values: readonly string[]): Promise<Map<string, ValueInfo>>;
  /** Runs the model once and says what types `values` had; undefined where it cannot be run with such inputs. */
  observe(model: Model, values: readonly string[], fill: TrialFill): Promise<Map<string, TensorType> | undefined>;
  /** Computes `values` of a model that needs no inputs. */
  evaluate(model: Model, values: readonly string[]): Promise<Map<string, Tensor>>;
}
