/**
 * The thread that watches its process. It ends the process when the host has gone and nothing goes on without it, when
 * native code has held the main thread for good, and when a question takes more memory than it was given: none of that
 * can be met by the thread it happens to.
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { deathNote, type CauseOfDeath } from '#shared/protocol/death-note.ts';
import { Signs } from './signs.ts';

/** Milliseconds between two looks; while memory is limited, which is taken in gigabytes a second. */
const usualPace = 500;
const hurriedPace = 20;
/** Looks after which a main thread that has not turned is held for good: ten minutes. One step takes seconds at most. */
const patience = (10 * 60 * 1000) / usualPace;
/** Looks for which a process without a host may still be on its way out. */
const grace = 4;

const { memory, host } = workerData as { memory: SharedArrayBuffer; host: number };
const signs = new Signs(memory);

function end(cause: CauseOfDeath): never {
  try {
    writeSync(2, `${deathNote(cause)}\n`);
  } catch {
    // Nobody is left to read it.
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process is over');
}

/** Elsewhere than on Windows, a process whose parent has ended gets another one. */
function hostHasGone(): boolean {
  if (process.ppid !== host) return true;
  if (process.platform !== 'win32') return false;
  try {
    process.kill(host, 0);
    return false;
  } catch {
    return true;
  }
}

let seen = -1;
let still = 0;
let orphaned = 0;
for (;;) {
  const limited = signs.memoryMiB;
  if (limited > 0) {
    const held = process.memoryUsage.rss() / 2 ** 20;
    if (held > limited) end({ cause: 'memory', heldMiB: Math.round(held), limitMiB: limited });
  }
  signs.wait(limited > 0 ? hurriedPace : usualPace, limited);
  const looks = limited > 0 ? hurriedPace / usualPace : 1;
  const { beats } = signs;
  still = beats === seen ? still + looks : 0;
  seen = beats;
  if (still > patience) end({ cause: 'stuck' });
  orphaned = hostHasGone() && !signs.outlives ? orphaned + looks : 0;
  if (orphaned > grace) end({ cause: 'orphaned' });
}
