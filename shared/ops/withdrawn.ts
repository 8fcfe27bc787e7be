/** Operators that ended with an old operator set or never were standard, but that onnxruntime still knows. */
import { refused, type Family } from '#shared/ops/entry.ts';

const rewritten = refused('it ended with operator set 9; a model that has it is brought up to date on opening.');
const experiment = refused('it was an experiment that ended with operator set 9; export the model again.');
const copy = refused(
  'it copies between two devices, in a model that was optimized for one of them; take the original.',
);
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
