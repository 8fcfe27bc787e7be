/** `Graft --cli COMMAND …`: the command line of a packed program, on the Node that is packed with it. */
import { spawn } from 'node:child_process';
import type { Program } from '#electron/services/program.ts';

const flag = '--cli';

/** The words after `--cli`; undefined when a window is wanted. */
export function commandLineWords(words: readonly string[]): readonly string[] | undefined {
  const position = words.indexOf(flag);
  return position < 0 ? undefined : words.slice(position + 1);
}

/** Runs a command with this process's streams. Answers its exit code. */
export function runCommand(program: Program, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.node, [program.commandLine, ...words], { stdio: 'inherit' });
    // Ctrl+C reaches the command too, which ends in its own time.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
