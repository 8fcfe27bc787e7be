/** Everything without a gradient of its own family: control flow, sequences, quantization, text, signals. */
import { decomposition, refused, stop, type Family } from '#shared/ops/entry.ts';

const sequence = refused('sequences and optional values have no gradient rule yet.');

export const unsupported = {
  If: refused('branches have no gradient rule yet.'),
  Loop: refused('loops have no gradient rule yet.'),
  Scan: refused('loops have no gradient rule yet.'),
  GRU: refused(),
  LSTM: refused(),
  RNN: refused(),
  Attention: refused(),
  RotaryEmbedding: refused(),
  DFT: refused(),
  STFT: refused(),
  Det: refused(),
  BlackmanWindow: stop('depends on a size only'),
  HammingWindow: stop('depends on a size only'),
  HannWindow: stop('depends on a size only'),
  MelWeightMatrix: stop('depends on sizes only'),
  QuantizeLinear: stop('constant between jumps'),
  DynamicQuantizeLinear: stop('constant between jumps'),
  // Trains the float scale's product only where the quantized input came from a constant: nothing to carry back.
  DequantizeLinear: stop('its input is made of integers'),
  RegexFullMatch: stop('not a number'),
  StringConcat: stop('not a number'),
  StringNormalizer: stop('not a number'),
  StringSplit: stop('not a number'),
  TfIdfVectorizer: stop('counts'),
  ConcatFromSequence: sequence,
  Optional: sequence,
  OptionalGetElement: sequence,
  OptionalHasElement: sequence,
  SequenceAt: sequence,
  SequenceConstruct: sequence,
  SequenceEmpty: sequence,
  SequenceErase: sequence,
  SequenceInsert: sequence,
  SequenceLength: sequence,
  SequenceMap: sequence,
  SplitToSequence: sequence,
  // (A·B)·α, each operand transposed on request
  'com.microsoft.FusedMatMul': decomposition(
    (l) => {
      const operand = (index: number, swap: number): string => {
        const rank = l.inputShape(index).length;
        if (!swap || rank < 2) return l.input(index);
        const permutation = Array.from({ length: rank }, (_, axis) => axis);
        permutation.splice(rank - 2, 2, rank - 1, rank - 2);
        return l.builder.transpose(l.input(index), permutation);
      };
      const product = l.builder.op('MatMul', [operand(0, l.int('transA', 0)), operand(1, l.int('transB', 0))]);
      return [l.scale(product, l.float('alpha', 1))];
    },
    {
      refuses: (node) =>
        node.int('transBatchA', 0) || node.int('transBatchB', 0) ? 'it transposes its batch axes.' : undefined,
    },
  ),
} as const satisfies Family;
