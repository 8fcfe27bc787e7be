/** Nodes of what is trained joined to operators of onnxruntime's own, which do the work of several. */
import { fuseGelu } from '#shared/compiler/fused-gelu.ts';
import { fuseSwish } from '#shared/compiler/fused-swish.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';

/**
 * @param trained initializers whose values are no constants
 * @returns a model that computes the same; weights keep their names and values
 */
export function fuse(model: TypedModel, trained: readonly string[] = []): TypedModel {
  return fuseGelu(fuseSwish(model), new Set(trained));
}
