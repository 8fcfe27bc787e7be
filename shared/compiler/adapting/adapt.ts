/** Models as they come, as Graft can use them; and what had to be done for that. */
import type { Model } from '#shared/ir/graph.ts';
import { inInferenceMode } from './inference-mode.ts';
import { withPictureInput, type InputChange } from './picture-input.ts';
import { inSinglePrecision } from './single-precision.ts';
import { inFloats } from './quantization.ts';

export interface Adaptation {
  /** Operators that were in training mode. */
  readonly trainingMode: number;
  /** Places that were quantized: weights stored as integers, and values rounded in between. */
  readonly integers: number;
  /** Weights that were stored in half precision. */
  readonly halves: number;
  readonly input: readonly InputChange[];
}

/**
 * The very same model where there is nothing to do.
 * @param model with its constants as initializers
 * @throws GraftError `model.quantized-operators`
 */
export function adapt(model: Model, path: string): { readonly model: Model; readonly adapted: Adaptation } {
  const still = inInferenceMode(model);
  const floats = inFloats(still.model, path);
  const single = inSinglePrecision(floats.model);
  const pictures = withPictureInput(single.model);
  return {
    model: pictures.model,
    adapted: { trainingMode: still.changed, integers: floats.changed, halves: single.changed, input: pictures.changes },
  };
}
