/** The operator table: what the compiler knows about differentiating each operator. */
import { activation } from '#shared/ops/activation.ts';
import { arithmetic } from '#shared/ops/arithmetic.ts';
import { attention } from '#shared/ops/attention.ts';
import { convolution } from '#shared/ops/convolution.ts';
import { refused, type Family, type OperatorEntry } from '#shared/ops/entry.ts';
import { functions } from '#shared/ops/functions.ts';
import { indexing } from '#shared/ops/indexing.ts';
import { loss } from '#shared/ops/loss.ts';
import { matmul } from '#shared/ops/matmul.ts';
import { qualifiedName, type OperatorName } from '#shared/ops/names.ts';
import { microsoft } from '#shared/ops/microsoft.ts';
import { microsoftRefused } from '#shared/ops/microsoft-refused.ts';
import { normalization } from '#shared/ops/normalization.ts';
import { pooling } from '#shared/ops/pooling.ts';
import { quantization } from '#shared/ops/quantization.ts';
import { recurrent } from '#shared/ops/recurrent.ts';
import { reduction } from '#shared/ops/reduction.ts';
import { regions } from '#shared/ops/regions.ts';
import { resampling } from '#shared/ops/resampling.ts';
import { shape } from '#shared/ops/shape.ts';
import { signal } from '#shared/ops/signal.ts';
import { unsupported } from '#shared/ops/unsupported.ts';
import { withdrawn } from '#shared/ops/withdrawn.ts';

export const families = {
  Arithmetic: arithmetic,
  Functions: functions,
  Activation: activation,
  'Matrix products': matmul,
  Convolution: convolution,
  Pooling: pooling,
  Regions: regions,
  Normalization: normalization,
  Reduction: reduction,
  Shape: shape,
  Indexing: indexing,
  Resampling: resampling,
  Recurrent: recurrent,
  Attention: attention,
  Losses: loss,
  Quantization: quantization,
  Signals: signal,
  'Of onnxruntime': microsoft,
  'Of onnxruntime, without a gradient': microsoftRefused,
  Withdrawn: withdrawn,
  Other: unsupported,
} as const satisfies Record<string, Family>;

export const operatorTable = {
  ...arithmetic,
  ...functions,
  ...activation,
  ...matmul,
  ...convolution,
  ...pooling,
  ...regions,
  ...normalization,
  ...reduction,
  ...shape,
  ...indexing,
  ...resampling,
  ...recurrent,
  ...attention,
  ...loss,
  ...quantization,
  ...signal,
  ...microsoft,
  ...microsoftRefused,
  ...withdrawn,
  ...unsupported,
} as const satisfies Record<OperatorName, OperatorEntry>;

const unknown = refused('Graft does not know this operator.');

/** The table's answer for an operator of any domain. */
export function operatorEntry(op: string, domain: string): OperatorEntry {
  const name = qualifiedName(op, domain);
  return Object.hasOwn(operatorTable, name) ? operatorTable[name as OperatorName] : unknown;
}
