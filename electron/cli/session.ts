/** One invocation of the command line: its output, its services, and its exit code. */
import { GraftError, toProblem } from '#shared/messages/error.ts';
import type { Program } from '#electron/services/program.ts';
import { createServices, type Services } from '#electron/services/services.ts';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import { Output, type Streams } from './output.ts';

export interface Session {
  readonly output: Output;
  readonly services: Services;
}

interface SessionOptions {
  readonly json?: boolean | undefined;
  /** Folder for new runs. */
  readonly runs?: string | undefined;
  /** Whether a run goes on when this process goes without a word. */
  readonly leavesRuns?: boolean;
}

type Action = (session: Session) => Promise<ExitCode>;
export type Perform = (options: SessionOptions, action: Action) => Promise<void>;

/** Runs one action, says what went wrong in the catalogue's words, and hands its exit code to `finish`. */
export function performWith(program: Program, streams: Streams, finish: (code: ExitCode) => void): Perform {
  return async (options, action) => {
    const output = new Output(options.json === true, streams);
    const log = (line: string): void => output.log(line);
    let services: Services | undefined;
    try {
      services = await createServices({
        program,
        log,
        leavesRuns: options.leavesRuns === true,
        ...(options.runs === undefined ? {} : { runs: options.runs }),
      });
      finish(await action({ output, services }));
    } catch (error) {
      if (!(error instanceof GraftError)) output.log(error instanceof Error ? (error.stack ?? '') : String(error));
      const problem = toProblem(error);
      output.problem(problem);
      finish(exitCodeOf(problem.code));
    } finally {
      await services?.close();
    }
  };
}
