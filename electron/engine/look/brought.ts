/** Everything that lies in what somebody brought, by name, as far as can be said at once. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { nameOfBytes, nativePath, readableName } from '#electron/files/byte-path.ts';
import { compareNames } from '#electron/engine/data/listing.ts';
import { isLitter } from '#electron/engine/data/litter.ts';
import { beginsAsPicture, endingOf } from '#electron/engine/data/picture-format.ts';
import { sortOf, type FileSort } from './file-sorts.ts';

export interface BroughtFile {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** Small, with its dot. */
  readonly ending: string;
  readonly sort: FileSort;
  /** Names of the folders on the way to it; the first is one of those that were brought where there are several. */
  readonly folders: readonly string[];
}

export interface Brought {
  /** Absolute, as they were brought. */
  readonly paths: readonly string[];
  /** Those of them that are folders. */
  readonly folders: readonly string[];
  readonly files: readonly BroughtFile[];
  /** Whether there is more than was looked at. */
  readonly more: boolean;
}

/** Where a look ends: more names than a folder of a hundred thousand pictures has, or milliseconds on a slow disk. */
export interface LookLimits {
  readonly entries: number;
  readonly milliseconds: number;
}
const usualLimits: LookLimits = { entries: 200_000, milliseconds: 8000 };

/** Names alone are read here. Links are followed once. Throws `files.missing` for a path that leads nowhere. */
export async function whatLiesIn(paths: readonly string[], limits: LookLimits = usualLimits): Promise<Brought> {
  const walk = new Walk(limits);
  const folders: string[] = [];
  for (const path of paths) {
    const found = await stat(nativePath(path)).catch(() => undefined);
    if (!found) throw new GraftError('files.missing', { path });
    if (!found.isDirectory()) walk.take(dirname(path), basename(path), []);
    else {
      folders.push(path);
      await walk.enter(path, paths.length === 1 ? [] : [basename(path)]);
    }
  }
  return { paths, folders, files: walk.files, more: walk.more };
}

class Walk {
  readonly files: BroughtFile[] = [];
  more = false;
  readonly #limits: LookLimits;
  readonly #seen = new Set<string>();
  readonly #began = Date.now();
  #entries = 0;

  constructor(limits: LookLimits) {
    this.#limits = limits;
  }

  async enter(path: string, folders: readonly string[]): Promise<void> {
    const target = await realpath(nativePath(path), 'buffer').then(nameOfBytes, () => undefined);
    if (target === undefined || this.#seen.has(target) || this.#isOver()) return;
    this.#seen.add(target);
    const entries = await readdir(nativePath(path), { withFileTypes: true, encoding: 'buffer' });
    const named = entries
      .map((entry) => ({ entry, name: nameOfBytes(entry.name) }))
      .filter(({ name }) => !isLitter(name))
      .toSorted((left, right) => compareNames(left.name, right.name));
    const deeper: string[] = [];
    for (const { entry, name } of named) {
      if (this.#isOver()) return;
      this.#entries++;
      const isFolder = entry.isSymbolicLink() ? await leadsToFolder(join(path, name)) : entry.isDirectory();
      if (isFolder) deeper.push(name);
      else this.take(path, name, folders);
    }
    for (const name of deeper) await this.enter(join(path, name), [...folders, readableName(name)]);
  }

  take(folder: string, name: string, folders: readonly string[]): void {
    const path = join(folder, name);
    const ending = endingOf(name);
    const sort = ending === '' && beginsAsPicture(path) ? 'picture' : sortOf(ending);
    this.files.push({ path, name, ending, sort, folders });
  }

  #isOver(): boolean {
    const { entries, milliseconds } = this.#limits;
    this.more ||= this.#entries >= entries || Date.now() - this.#began > milliseconds;
    return this.more;
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(nativePath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
