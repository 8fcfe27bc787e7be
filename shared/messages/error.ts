import { shortened } from '#shared/core/format.ts';
import { catalogue, type ErrorCode } from '#shared/messages/catalogue.ts';

/** The form in which errors cross process boundaries and appear in `--json` output. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** Document id of the node at fault, where there is one. */
  readonly node?: string | undefined;
  /** Id of the wire at fault, where it is one. */
  readonly wire?: string | undefined;
}

/** An error a person can act on. Anything else thrown is a fault in Graft and becomes `internal.unexpected`. */
export class GraftError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly node: string | undefined;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, node?: string) {
    const found = problem(code, details, node);
    super(found.message);
    this.name = 'GraftError';
    this.code = code;
    this.remedy = found.remedy;
    this.node = node;
  }
}

export function problem(
  code: ErrorCode,
  details: Readonly<Record<string, string | number>> = {},
  node?: string,
): Problem {
  const { message, remedy } = catalogue[code];
  const words = wordsOf(details);
  return {
    code,
    message: asSentence(message(words)),
    remedy: asSentence(remedy(words)),
    ...(node === undefined ? {} : { node }),
  };
}

/** Characters of a path, a name or a reason: files from anywhere may hold names of many megabytes. */
const longestDetail = 5000;

/** Reasons come from many hands, with a period at the end or without: taken off here, put back by `asSentence`. */
function wordsOf(details: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const words = shortened(value, longestDetail);
      return [name, name === 'reason' ? words.trim().replace(/\.$/u, '') : words];
    }),
  );
}

function asSentence(text: string): string {
  return /[.!?]\)?$/u.test(text) ? text : `${text}.`;
}

/** The problem behind anything thrown. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof GraftError) {
    return {
      code: thrown.code,
      message: thrown.message,
      remedy: thrown.remedy,
      ...(thrown.node === undefined ? {} : { node: thrown.node }),
    };
  }
  const refusal = refusalOf(thrown);
  if (refusal) return problem('files.refused', refusal);
  return problem('internal.unexpected', { reason: thrown instanceof Error ? thrown.message : String(thrown) });
}

/**
 * What the system refused, by Node's errors of file calls, for example
 * `EIO: i/o error, read '/disk/file'`; nobody nearer has a sentence of their own for it. Node itself refuses paths that
 * no system could take.
 */
function refusalOf(thrown: unknown): { path: string; reason: string } | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  if (thrown.code === 'ERR_INVALID_ARG_VALUE' && thrown.message.includes('without null bytes'))
    return { path: '', reason: 'its path holds a null character' };
  if (!('syscall' in thrown)) return undefined;
  const path = 'path' in thrown ? String(thrown.path) : '';
  const reason = thrown.message.replace(`${String(thrown.code)}: `, '').replace(/, .*$/s, '');
  return { path, reason };
}

/** Rebuilds a thrown error from its wire form, on the other side of a process boundary. */
export function fromProblem(wire: Problem): GraftError {
  const error = new GraftError(wire.code, {}, wire.node);
  return Object.assign(error, { message: wire.message, remedy: wire.remedy });
}
