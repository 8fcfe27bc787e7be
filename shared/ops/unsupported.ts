/** Everything without a gradient of its own family: control flow, sequences, text. */
import { decomposition, refused, stop, type Family } from '#shared/ops/entry.ts';

const sequences = 'sequences and optional values have no gradient rule yet.';
const sequence = refused(sequences);

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
  OptionalGetElement: decomposition((l) => [l.x], {
    refuses: (node) => (node.isSized ? undefined : sequences),
  }),
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
