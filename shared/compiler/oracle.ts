import type { Model, ValueInfo } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';

/**
 * onnxruntime, as the compiler sees it: the one authority on shapes and on constant values, injected so that
 * the compiler stays pure and no shape rule is written twice.
 */
export interface Oracle {
  /** Types of `values` in a model whose inputs have fixed shapes; a dimension it cannot know is null or a name. */
  infer(model: Model, values: readonly string[]): Promise<Map<string, ValueInfo>>;
  /** Computes `values` of a model that needs no inputs. */
  evaluate(model: Model, values: readonly string[]): Promise<Map<string, Tensor>>;
}
