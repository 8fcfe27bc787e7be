/** `Graft --cli COMMAND …`: the command line of a packed program, on the Node that is packed with it. */
import { spawn } from 'node:child_process';
import { toProblem } from '#shared/messages/error.ts';
import type { Program } from '#electron/services/program.ts';

const flag = '--cli';

/** The words after `--cli`; undefined when a window is wanted. */
export function commandLineWords(words: readonly string[]): readonly string[] | undefined {
  const position = words.indexOf(flag);
  return position < 0 ? undefined : words.slice(position + 1);
}

export interface CommandOptions {
  readonly program: Pick<Program, 'node' | 'commandLine'>;
  /** Nothing is started before it is settled, nor if it fails. */
  readonly allowed: Promise<void>;
  readonly words: readonly string[];
  readonly log: (line: string) => void;
}

/** Runs a command with this process's streams. Answers its exit code, or 1 where nothing may be started. */
export async function runCommand({ program, allowed, words, log }: CommandOptions): Promise<number> {
  try {
    await allowed;
  } catch (error) {
    const { message, remedy, code } = toProblem(error);
    log(`${message} (${code})\n  → ${remedy}`);
    return 1;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program.node, [program.commandLine, ...words], { stdio: 'inherit' });
    // Ctrl+C reaches the command too, which ends in its own time.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
