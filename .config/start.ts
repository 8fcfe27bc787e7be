/**
 * `npm start`: brings the build up to date and opens the workbench, on the desktop where Electron and a display can be
 * had, otherwise in a browser. `--browser` asks for the browser; `--watch` rebuilds the window's pages as they change.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { buildBundle, bundles } from './build.ts';
import { electronBinary, fetchElectron, missingDisplay } from './desktop-runtime.ts';
import { writeNotices } from './notices/write.ts';
import { isStale } from './stale.ts';

const root = join(import.meta.dirname, '..');
const inRoot = (...parts: string[]): string => join(root, ...parts);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function buildPages(watch: boolean): Promise<void> {
  const sources = ['renderer', 'shared', 'package-lock.json', '.config/notices'].map((name) => inRoot(name));
  if (!watch && !isStale(inRoot('out', 'renderer', 'notices.json'), sources)) return;
  say('Building the workbench …');
  const built = await build({
    configFile: inRoot('renderer', 'vite.config.ts'),
    logLevel: 'warn',
    ...(watch ? { build: { watch: {} } } : {}),
  });
  if (!('on' in built)) return writeNotices();
  // Once is enough: what is shipped does not change while somebody edits.
  const [first] = await new Promise<unknown[]>((resolve) => {
    built.on('event', (event) => {
      if (event.code === 'END' || event.code === 'ERROR') resolve([event.code]);
    });
  });
  if (first === 'END') await writeNotices();
}

async function buildHost(): Promise<void> {
  const sources = ['electron', 'shared', '.config', 'package-lock.json'].map((name) => inRoot(name));
  for (const bundle of bundles.filter(({ name }) => name === 'main' || name === 'preload')) {
    const [entry = ''] = Object.keys(bundle.entries);
    const output = inRoot('out', bundle.name, `${entry}.${bundle.format === 'cjs' ? 'cjs' : 'js'}`);
    if (isStale(output, sources)) await buildBundle(bundle);
  }
}

/** Runs a program with this terminal. Answers its exit code. */
function run(program: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: root, stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 0));
  });
}

/** Opens the desktop window. Answers why it could not, as the end of a sentence. */
async function openDesktop(words: readonly string[]): Promise<string | undefined> {
  const noDisplay = missingDisplay(process.env, process.platform);
  if (noDisplay) return noDisplay;
  if (!electronBinary()) say('Fetching Electron, once …');
  const binary = electronBinary() ?? (await fetchElectron());
  if (!binary) return 'Electron could not be fetched';
  await buildHost();
  const code = await run(binary, ['.', ...words]);
  return code === 0 ? undefined : `Electron ended with code ${code}`;
}

const flags = new Set(['--browser', '--watch']);
const given = process.argv.slice(2);
const words = given.filter((word) => !flags.has(word));
await buildPages(given.includes('--watch'));
const reason = given.includes('--browser') ? 'you asked for it' : await openDesktop(words);
if (reason !== undefined) {
  say(`Opening the workbench in the browser, because ${reason}.`);
  process.exitCode = await run(process.execPath, [inRoot('electron', 'cli', 'main.ts'), 'serve', ...words]);
}
