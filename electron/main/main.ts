/** Entry of the desktop program: a window, or with `--cli` a command. */
import { app } from 'electron';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateProgram } from '#electron/services/program.ts';
import { commandLineWords, runCommand } from './command-line.ts';
import { startDesktop } from './desktop.ts';
import { isPacked, verifyProgram } from './integrity.ts';
import { closeLoopholes } from './loopholes.ts';

// This module lies in `out/main`.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
if (isPacked({ root })) closeLoopholes(app.commandLine, process.env);
const program = locateProgram(import.meta.url);
const words = commandLineWords(process.argv);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const integrity = verifyProgram(program);

if (words) {
  app.exit(await runCommand({ program, allowed: integrity.all, words, log }));
} else {
  // Not awaited: Electron is ready only after this module has been read to its end.
  startDesktop({ program, preload: join(program.root, 'out', 'preload', 'preload.cjs'), integrity, log }).catch(
    (error: unknown) => {
      log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      app.exit(1);
    },
  );
}
