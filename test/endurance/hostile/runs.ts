/** Folders of runs with something missing, bent, or of another kind than a file in them. */
import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bent, type Dice } from '#test/support/vandal.ts';
import { spoil } from './json.ts';
import { mixed, watched, type Ground } from './kind.ts';

/** A fresh copy of the sound run, which another attack replaces. */
export function copyRun({ run, inputs }: Ground): string {
  const copy = join(inputs, 'run');
  rmSync(copy, { recursive: true, force: true });
  cpSync(run, copy, { recursive: true });
  return copy;
}

/** Asks one of the things that can be asked of a run, and waits for the end of what that begins. */
export async function askOf(run: string, dice: Dice, { host, outputs, pictures, begun }: Ground): Promise<unknown> {
  const [folder = ''] = readdirSync(pictures);
  const picture = join(pictures, folder, readdirSync(join(pictures, folder))[0] ?? '');
  return dice.pick<() => Promise<unknown>>([
    () => host.runs.evaluation({ run }),
    () => host.runs.export({ run, file: join(outputs, 'x.onnx') }),
    () => host.runs.predict({ run, inputs: [picture] }),
    () => host.runs.document({ run }),
    () => host.runs.list(),
    () => watched(host, run),
    () => resumed(host, run, begun),
    () => resumed(host, run, begun),
  ])();
}

/** Something is left to do for it. */
async function resumed(host: Ground['host'], run: string, begun: () => void): Promise<unknown> {
  const file = join(run, 'run.json');
  // It may have become a pipe, which would be waited for here.
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile())
    writeFileSync(file, readFileSync(file, 'utf8').replace('"status": "done"', '"status": "interrupted"'));
  begun();
  await host.runs.resume({ run });
  return watched(host, run);
}

function filesOf(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());
}

/** JSON, or lines of it, with other values. */
function otherValues(text: string, dice: Dice, ground: Ground): string {
  try {
    return text
      .trim()
      .split(text.startsWith('{\n') ? '\0' : '\n')
      .map((part) => (dice.below(3) === 0 ? JSON.stringify(spoil(JSON.parse(part), dice, ground)) : part))
      .join('\n');
  } catch {
    return text;
  }
}

function spoilFile(path: string, dice: Dice, ground: Ground): void {
  const content = readFileSync(path);
  switch (dice.below(7)) {
    case 0:
      return rmSync(path);
    case 1:
      rmSync(path);
      mkdirSync(path);
      return;
    case 2:
      rmSync(path);
      execFileSync('mkfifo', [path]);
      return;
    case 3:
      rmSync(path);
      return symlinkSync(dice.pick(['/dev/zero', path, join(ground.outside, 'canary'), '/nowhere']), path);
    case 4:
      return writeFileSync(path, Buffer.concat([content, Buffer.alloc(dice.pick([1, 1000]), 32)]));
    case 5:
      return writeFileSync(path, otherValues(content.toString('utf8'), dice, ground));
    default:
      return writeFileSync(path, bent(dice, content, 1));
  }
}

export const runs = mixed([
  [
    1,
    async (dice, ground) => {
      const run = copyRun(ground);
      for (let count = 0; count <= dice.below(2); count++) {
        const files = filesOf(run);
        if (files.length > 0) spoilFile(dice.pick(files), dice, ground);
      }
      return askOf(run, dice, ground);
    },
  ],
]);
