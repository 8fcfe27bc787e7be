/** Runs cases in processes of their own, so that a fault of the runtime in one case is that case's outcome. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Line, Outcome } from '#test/onnx-suite/outcome.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Cases a process; each takes well under a second. */
const chunk = 150;
/** Silence after which a process is taken for hung. */
const patience = 60_000;

export async function runCases(folder: string, names: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let left = names;
  while (left.length > 0) {
    const made = await runChunk(folder, left.slice(0, chunk));
    outcomes.push(...made);
    left = left.slice(made.length);
  }
  return outcomes;
}

/** At least one outcome: where the process ends early, that of the case at which it did. */
async function runChunk(folder: string, names: readonly string[]): Promise<Outcome[]> {
  const child = spawn(process.execPath, ['test/onnx-suite/runner.ts', folder], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => {
      resolve();
    });
  });
  child.stdin.end(names.join('\n'));
  const outcomes: Outcome[] = [];
  let running = '';
  let hung = false;
  const impatient = (): NodeJS.Timeout =>
    setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, patience);
  let timer = impatient();
  for await (const text of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = impatient();
    const line = JSON.parse(text) as Line;
    if ('runs' in line) running = line.name;
    else outcomes.push(line);
  }
  clearTimeout(timer);
  await closed;
  const name = names[outcomes.length];
  if (name === undefined) return outcomes;
  const reason = hung ? 'the runtime does not come back' : 'the runtime ends the process';
  return [...outcomes, { name, operator: name, kind: running === name ? 'failed' : 'not run', reason }];
}
