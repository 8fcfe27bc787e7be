/** Says what somebody brought, whatever it is and however many things. */
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import type { LeftOut } from '#shared/nodes/facts.ts';
import type { Look, Unpacked } from '#shared/protocol/look.ts';
import type { DataHome } from './data-home.ts';
import { commonFolder, makeGathered, whileGathered } from './gathering.ts';
import type { Supervisor } from './supervisor.ts';
import type { TrustedComputers } from './trusted-computers.ts';
import { isArchive, unpack } from './unpacking.ts';

export class Looking {
  readonly #engine: Supervisor;
  readonly #home: Pick<DataHome, 'gathered' | 'unpacked'>;
  readonly #trusted: TrustedComputers;

  constructor(engine: Supervisor, home: Pick<DataHome, 'gathered' | 'unpacked'>, trusted: TrustedComputers) {
    this.#engine = engine;
    this.#home = home;
    this.#trusted = trusted;
  }

  /**
   * What a person brings is their own choice, also where it is on another computer. Archives are unpacked first.
   * Throws `files.missing`, `files.archive-refused`.
   */
  async look(given: readonly string[]): Promise<Look> {
    const unpacked: LeftOut[] = [];
    const paths: string[] = [];
    for (const path of given.map((one) => resolve(one))) {
      await this.#trusted.trust(path);
      const { folder, leftOut } = await this.#folderOf(path);
      paths.push(folder);
      if (leftOut > 0) unpacked.push({ why: 'not-unpacked', what: basename(path), count: leftOut });
    }
    const found = await this.#lookAt(paths);
    return { ...found, left_out: [...unpacked, ...found.left_out] };
  }

  async #lookAt(paths: readonly string[]): Promise<Look> {
    if (paths.length === 1 || !(await areFolders(paths)))
      return this.#engine.call('assistant', 'look', { paths: [...paths] });
    return whileGathered(this.#home.gathered, paths, async (together) => {
      const found = await this.#engine.call('assistant', 'look', { paths: [...paths], together });
      // The folder is gone when this is read; its links lead to what stays.
      const examples = await Promise.all(found.examples.map((path) => realpath(path).catch(() => path)));
      const isWithin = found.path === together || found.path.startsWith(together + sep);
      return { ...found, examples, path: isWithin ? '' : found.path };
    });
  }

  /** Says how far it is, and at the end where the content lies. Throws `files.missing`, `files.archive-refused`. */
  async *unpack(path: string, signal = new AbortController().signal): AsyncGenerator<Unpacked> {
    const archive = resolve(path);
    await this.#trusted.trust(archive);
    if (!(await stat(archive).catch(() => undefined))) throw new GraftError('files.missing', { path: archive });
    yield* unpack(this.#home.unpacked, archive, signal);
  }

  /** What an archive holds; anything else is what it is. */
  async #folderOf(path: string): Promise<{ folder: string; leftOut: number }> {
    const isFile = isArchive(path) && (await stat(path).catch(() => undefined))?.isFile() === true;
    if (isFile) for await (const step of this.unpack(path)) if (step.state === 'done') return step;
    return { folder: path, leftOut: 0 };
  }

  /** One folder for several: the one that holds them and nothing else, or a new one of links. Throws `files.not-gathered`. */
  async gather(given: readonly string[]): Promise<string> {
    const found = await Promise.all(given.map((path) => this.#folderOf(resolve(path))));
    const paths = found.map(({ folder }) => folder);
    return (await commonFolder(paths)) ?? makeGathered(this.#home.gathered, paths);
  }
}

async function areFolders(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return found.every((one) => one?.isDirectory() === true);
}
