/** Whether a desktop window can be shown here, and the Electron binary that shows it. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'node_modules', 'electron');
/** How long its download host may take to answer at all, milliseconds. */
const answerLimit = 5000;
/** How long unpacking a binary that was fetched before may take, milliseconds. */
const unpackLimit = 15_000;

/** Why no window can be shown, as the end of a sentence; undefined when one can. */
export function missingDisplay(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (platform === 'darwin' || platform === 'win32') return undefined;
  return environment['DISPLAY'] || environment['WAYLAND_DISPLAY'] ? undefined : 'there is no display';
}

/** Path of the binary; undefined while it has not been fetched. */
export function electronBinary(): string | undefined {
  const note = join(folder, 'path.txt');
  if (!existsSync(note)) return undefined;
  const binary = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), readFileSync(note, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/** Has the package fetch its binary, once. Gives up soon where its host cannot be reached and none was kept. */
export async function fetchElectron(): Promise<string | undefined> {
  const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const canBeFetched = await Promise.race([hostAnswers(), ended.then(() => true)]);
  const giveUp = canBeFetched ? undefined : setTimeout(() => child.kill(), unpackLimit);
  await ended;
  clearTimeout(giveUp);
  return electronBinary();
}

async function hostAnswers(): Promise<boolean> {
  const mirror = process.env['ELECTRON_MIRROR'] ?? 'https://github.com/electron/electron/releases/';
  try {
    await fetch(mirror, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(answerLimit) });
    return true;
  } catch {
    return false;
  }
}
