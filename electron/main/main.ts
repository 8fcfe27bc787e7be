/** Entry of the desktop program: a window, or with `--cli` a command. */
import { app } from 'electron';
import { join } from 'node:path';
import { locateProgram } from '#electron/services/program.ts';
import { commandLineWords, runCommand } from './command-line.ts';
import { startDesktop } from './desktop.ts';

const program = locateProgram(import.meta.url);
const words = commandLineWords(process.argv);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

if (words) {
  app.exit(await runCommand(program, words));
} else {
  // Not awaited: Electron is ready only after this module has been read to its end.
  startDesktop({ program, preload: join(program.root, 'out', 'preload', 'preload.cjs'), log }).catch(
    (error: unknown) => {
      log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      app.exit(1);
    },
  );
}
