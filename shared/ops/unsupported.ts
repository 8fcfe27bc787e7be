/** Everything without a gradient of its own family: control flow, sequences, text. */
import { refused, stop, type Family } from '#shared/ops/entry.ts';

const sequence = refused('sequences and optional values have no gradient rule yet.');

export const unsupported = {
  If: refused('branches have no gradient rule yet.'),
  Loop: refused('loops have no gradient rule yet.'),
  Scan: refused('loops have no gradient rule yet.'),
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
} as const satisfies Family;
