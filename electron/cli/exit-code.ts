/** Exit codes of the command line: 0 success, 2 bad input, 1 a failure inside, 130 ended by Ctrl+C. */
import type { ErrorCode } from '#shared/messages/catalogue.ts';

export const exitCodes = { success: 0, failure: 1, badInput: 2, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What goes wrong although the input was right; everything else in the catalogue is about the input. */
const failures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'compile.illegal-graph',
  'document.disk-full',
  'run.engine-died',
  'run.engine-keeps-dying',
  'run.engine-silent',
  'engine.stopped',
  'engine.replaced',
  'run.loss-not-finite',
  'run.out-of-memory',
  'run.session-failed',
  'run.checkpoint-damaged',
  'cache.damaged',
  'export.parity-failed',
  'program.file-added',
  'program.file-changed',
  'program.file-missing',
  'program.list-unreadable',
  'program.update-failed',
  'internal.unexpected',
]);

export function exitCodeOf(code: ErrorCode): ExitCode {
  return failures.has(code) ? exitCodes.failure : exitCodes.badInput;
}
