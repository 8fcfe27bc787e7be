/**
 * Nothing that comes from outside may end the host: whatever a handler throws, at once or later, is logged, and the one
 * connection it was about is given up.
 */

export type Log = (line: string) => void;

/** The handler, with its failures told to `fail`; it answers nothing itself. */
export function guarded<Arguments extends unknown[]>(
  handler: (...given: Arguments) => unknown,
  fail: (error: unknown, ...given: Arguments) => void,
): (...given: Arguments) => void {
  return (...given) => {
    const failed = (error: unknown): void => {
      try {
        fail(error, ...given);
      } catch {}
    };
    try {
      void Promise.resolve(handler(...given)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

/** One line of a failure: what it was doing, and where it stood. */
export function describeFailure(doing: string, error: unknown): string {
  return `${doing}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
