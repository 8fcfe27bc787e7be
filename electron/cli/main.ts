/** Entry of the command line. */
import { locateProgram } from '#electron/services/program.ts';
import { standardStreams } from './output.ts';
import { runCommandLine } from './program.ts';

// A reader that has seen enough, such as `head`, closes the pipe: nobody is left to write to.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), standardStreams, locateProgram());
