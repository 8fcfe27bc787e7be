/** Entry of the command line. */
import { keepCompiledSources } from '#electron/services/compiled-sources.ts';
import { locateDataHome } from '#electron/services/data-home.ts';

keepCompiledSources(locateDataHome().root);
// Everything else is loaded only now, from what is kept.
const [{ locateProgram }, { standardStreams }, { runCommandLine }] = await Promise.all([
  import('#electron/services/program.ts'),
  import('./output.ts'),
  import('./program.ts'),
]);

// A reader that has seen enough, such as `head`, closes the pipe: nobody is left to write to.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), standardStreams, locateProgram());
