/** Says what somebody brought, whatever it is and however many things. */
import { realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { Look } from '#shared/protocol/look.ts';
import { commonFolder, makeGathered, whileGathered } from './gathering.ts';
import type { Supervisor } from './supervisor.ts';
import type { TrustedComputers } from './trusted-computers.ts';

export class Looking {
  readonly #engine: Supervisor;
  readonly #gathered: string;
  readonly #trusted: TrustedComputers;

  /** @param gathered where folders that are brought together are kept as one */
  constructor(engine: Supervisor, gathered: string, trusted: TrustedComputers) {
    this.#engine = engine;
    this.#gathered = gathered;
    this.#trusted = trusted;
  }

  /** What a person brings is their own choice, also where it is on another computer. Throws `files.missing`. */
  async look(given: readonly string[]): Promise<Look> {
    const paths = given.map((path) => resolve(path));
    for (const path of paths) await this.#trusted.trust(path);
    if (paths.length === 1 || !(await areFolders(paths))) return this.#engine.call('assistant', 'look', { paths });
    return whileGathered(this.#gathered, paths, async (together) => {
      const found = await this.#engine.call('assistant', 'look', { paths, together });
      // The folder is gone when this is read; its links lead to what stays.
      const examples = await Promise.all(found.examples.map((path) => realpath(path).catch(() => path)));
      const isWithin = found.path === together || found.path.startsWith(together + sep);
      return { ...found, examples, path: isWithin ? '' : found.path };
    });
  }

  /** One folder for several: the one that holds them and nothing else, or a new one of links. Throws `files.not-gathered`. */
  async gather(given: readonly string[]): Promise<string> {
    const paths = given.map((path) => resolve(path));
    return (await commonFolder(paths)) ?? makeGathered(this.#gathered, paths);
  }
}

async function areFolders(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return found.every((one) => one?.isDirectory() === true);
}
