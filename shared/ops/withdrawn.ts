/** Operators that ended with an old operator set or never were standard, but that onnxruntime still knows. */
import { decomposition, refused, type Family } from '#shared/ops/entry.ts';

const rewritten = refused('it ended with operator set 9; a model that has it is brought up to date on opening.');
const experiment = refused('it was an experiment that ended with operator set 9; export the model again.');
// What an optimized model copies between the memories of two devices stays what it is.
const copy = decomposition((l) => [l.x]);
const tensorRT = refused('it runs only inside NVIDIA’s TensorRT.');

export const withdrawn = {
  Affine: rewritten,
  Crop: rewritten,
  DisentangledAttention_TRT: tensorRT,
  DynamicSlice: experiment,
  EfficientNMS_TRT: tensorRT,
  GRUUnit: experiment,
  GivenTensorFill: experiment,
  ImageScaler: rewritten,
  MemcpyFromHost: copy,
  MemcpyToHost: copy,
  MultilevelCropAndResize_TRT: tensorRT,
  ParametricSoftplus: rewritten,
  PyramidROIAlign_TRT: tensorRT,
  Scale: rewritten,
  ScaledTanh: rewritten,
} as const satisfies Family;
