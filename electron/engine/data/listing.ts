/**
 * What lies in a folder of pictures, quickly: one directory read a folder, file states in parallel, and neither again
 * while a folder is as it was. Pictures that come, go or get another name change the time of their folder; one that is
 * written again in place changes nothing but its own, so it depends on the question how closely that is looked at.
 */
import { stat, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, realpath, stat as statPromise } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { nameOfBytes, nativePath } from '#electron/files/byte-path.ts';
import { isLitter } from './litter.ts';
import { beginsAsPicture, endingOf, isPictureEnding } from './picture-format.ts';

const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Natural order, the same on every machine; names the collator holds equal are ordered by their characters. */
export function compareNames(a: string, b: string): number {
  return naturalOrder.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** A folder as it was listed. Names are sorted; what systems leave and what is hidden is passed over. */
export interface ListedFolder {
  /** Which folder it was and when its entries changed last; '' where that time says too little. */
  readonly mark: string;
  readonly folders: readonly string[];
  /** Other than to pictures. What they lead to is looked at every time: it changes without this folder. */
  readonly links: readonly string[];
  /** By their endings, and where they have none by their first bytes. */
  readonly pictures: readonly string[];
  /** Those of them that are links. */
  readonly linked: readonly string[];
  /** How many other files there are, by ending. */
  readonly others: Readonly<Record<string, number>>;
  /** Of each picture; none where nobody has asked. */
  readonly states?: PictureStates;
}

interface PictureStates {
  readonly bytes: readonly number[];
  /** Milliseconds since 1970. */
  readonly modified: readonly number[];
}

export interface Picture {
  /** Relative to the dataset's folder. */
  readonly path: string;
  /** 0 for an empty file, and for what vanished meanwhile or is a broken link. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What is asked for its time anew: the folders, which tell what was added, removed or renamed; or every picture, too. */
export type Look = 'folders' | 'files';

/** Folders by path relative to the dataset's folder, '' for that itself. */
export type ListedFolders = ReadonlyMap<string, ListedFolder>;

/** File systems that count time in steps of two seconds do not tell two changes within one of them apart. */
const clockMilliseconds = 2000;
/** Files asked for between two turns of the event loop, and milliseconds an answer may take to count as quick. */
const slice = 64;
const quickMilliseconds = 0.05;
/** Requests in flight at a time: more than the native thread pool has threads, so that it never idles. */
const inFlight = 64;

/** A link that is not followed, by its path relative to the dataset's folder. */
interface CutLink {
  readonly path: string;
  /** `again`: what it leads to is in the dataset without it, or contains it. `nowhere`: there is nothing, or a loop of links. */
  readonly why: 'again' | 'nowhere';
}

/** One look at a dataset's folder: all of it is walked first, and every folder is listed once. */
export class Listing {
  readonly #root: string;
  readonly #known: ListedFolders;
  readonly #look: Look;
  readonly #current = new Map<string, ListedFolder>();
  /** Links to folders that are followed, by the folder they are in. */
  readonly #followed = new Map<string, string[]>();
  readonly #cut: CutLink[] = [];
  /** Links to files that are no pictures, by the folder they are in. */
  readonly #otherLinks = new Map<string, string[]>();
  readonly #cutPictures = new Set<string>();

  private constructor(root: string, known: ListedFolders, look: Look) {
    this.#root = root;
    this.#known = known;
    this.#look = look;
  }

  /** @param known an earlier look's folders: those that have not changed are taken from there */
  static async open(root: string, known: ListedFolders, look: Look): Promise<Listing> {
    const listing = new Listing(root, known, look);
    await listing.#enter('');
    await listing.#followLinks();
    return listing;
  }

  /** What was looked at. The known map itself when nothing has changed. */
  get folders(): ListedFolders {
    const isKnown = [...this.#current].every(([path, folder]) => this.#known.get(path) === folder);
    return isKnown && this.#current.size === this.#known.size ? this.#known : this.#current;
  }

  /** Links that are not followed. */
  get cut(): readonly CutLink[] {
    return this.#cut;
  }

  /** Names of the sub-folders of a folder, links to folders among them, sorted. */
  subfolders(path: string): readonly string[] {
    const linked = this.#followed.get(path) ?? [];
    const { folders } = this.#folder(path);
    return linked.length === 0 ? folders : [...folders, ...linked].toSorted(compareNames);
  }

  /** Pictures directly in a folder. */
  countPictures(path: string): number {
    return this.#folder(path).pictures.length;
  }

  /** A folder and all folders below it, each before those in it. */
  tree(path: string): string[] {
    return [path, ...this.subfolders(path).flatMap((name) => this.tree(inside(path, name)))];
  }

  /** How many files that are no pictures there are in a folder and all folders below it, by ending. */
  others(path: string): Map<string, number> {
    const all = new Map<string, number>();
    const tally = (ending: string, count: number): void => void all.set(ending, (all.get(ending) ?? 0) + count);
    for (const folder of this.tree(path)) {
      for (const [ending, count] of Object.entries(this.#folder(folder).others)) tally(ending, count);
      for (const name of this.#otherLinks.get(folder) ?? []) tally(endingOf(name), 1);
    }
    return all;
  }

  /** The pictures directly in each of these folders, sorted by name. */
  async pictures(paths: readonly string[]): Promise<Picture[][]> {
    const wanted = paths.filter((path) => {
      const { states, pictures } = this.#folder(path);
      // A file that is empty may be on its way here.
      return pictures.length > 0 && (this.#look === 'files' || !states || states.bytes.includes(0));
    });
    await this.#askStates(wanted);
    return paths.map((path) => {
      const { pictures, states } = this.#folder(path);
      const found = pictures.map((name, index) => ({
        path: inside(path, name),
        bytes: states?.bytes[index] as number,
        modified: states?.modified[index] as number,
      }));
      return this.#cutPictures.size === 0 ? found : found.filter((one) => !this.#cutPictures.has(one.path));
    });
  }

  #folder(path: string): ListedFolder {
    return this.#current.get(path) as ListedFolder;
  }

  /** Lists a folder and all folders below it; links are left for later. @returns the folders' paths */
  async #enter(path: string): Promise<string[]> {
    const folder = await this.#list(path);
    this.#current.set(path, folder);
    const deeper = await Promise.all(folder.folders.map((name) => this.#enter(inside(path, name))));
    return [path, ...deeper.flat()];
  }

  /**
   * Every folder is in the dataset once: a link is followed unless what it leads to is there without it, holds the
   * dataset, or was led to by a link before it. In the order of their paths, so that the outcome is the same everywhere.
   */
  async #followLinks(): Promise<void> {
    const entered = [await realpath(nativePath(this.#root), 'buffer').then(nameOfBytes)];
    const isThere = (target: string): boolean =>
      entered.some((folder) => isWithin(target, folder) || isWithin(folder, target));
    const linksIn = (paths: readonly string[]): { parent: string; name: string }[] =>
      paths.flatMap((parent) => this.#folder(parent).links.map((name) => ({ parent, name })));
    let waiting = linksIn([...this.#current.keys()].toSorted(compareNames));
    while (waiting.length > 0) {
      const found: string[] = [];
      for (const { parent, name } of waiting) {
        const path = inside(parent, name);
        const target = await this.#target(path);
        if (target === undefined) this.#cut.push({ path, why: 'nowhere' });
        else if (!(await isFolder(target))) add(this.#otherLinks, parent, name);
        else if (isThere(target)) this.#cut.push({ path, why: 'again' });
        else {
          entered.push(target);
          add(this.#followed, parent, name);
          found.push(...(await this.#enter(path)));
        }
      }
      waiting = linksIn(found);
    }
    await this.#cutLinkedPictures(entered);
  }

  /** Pictures that are links to pictures of the dataset, or to the same one as another link. */
  async #cutLinkedPictures(entered: readonly string[]): Promise<void> {
    const seen = new Set<string>();
    for (const [folder, { linked }] of [...this.#current].toSorted(([a], [b]) => compareNames(a, b)))
      for (const name of linked) {
        const path = inside(folder, name);
        const target = await this.#target(path);
        // What leads nowhere is told of with the pictures that cannot be read.
        if (target === undefined) continue;
        if (!seen.has(target) && !entered.some((one) => isWithin(target, one))) seen.add(target);
        else {
          this.#cut.push({ path, why: 'again' });
          this.#cutPictures.add(path);
        }
      }
  }

  /** Where a link leads in the end; undefined for nowhere. */
  async #target(path: string): Promise<string | undefined> {
    return realpath(nativePath(join(this.#root, path)), 'buffer').then(nameOfBytes, () => undefined);
  }

  async #list(path: string): Promise<ListedFolder> {
    const absolute = join(this.#root, path);
    // Asked for before the entries are read: what comes in between is then seen the next time.
    const mark = await markOf(absolute);
    const known = this.#known.get(path);
    if (known && known.mark !== '' && known.mark === mark) return known;
    const folders: string[] = [];
    const links: string[] = [];
    const pictures: string[] = [];
    const linked: string[] = [];
    const others: Record<string, number> = {};
    for (const { name, kind } of await entriesOf(absolute)) {
      const ending = endingOf(name);
      if (kind === 'folder') folders.push(name);
      else if (isPictureEnding(ending) || (ending === '' && kind === 'file' && beginsAsPicture(join(absolute, name)))) {
        pictures.push(name);
        if (kind === 'link') linked.push(name);
      } else if (kind === 'link') links.push(name);
      else others[ending] = (others[ending] ?? 0) + 1;
    }
    for (const names of [folders, links, pictures, linked]) names.sort(compareNames);
    return { mark, folders, links, pictures, linked, others };
  }

  /** Sizes and times of all pictures directly in these folders. */
  async #askStates(paths: readonly string[]): Promise<void> {
    const asked = paths.map((path) => {
      const { pictures } = this.#folder(path);
      return { path, pictures, states: { bytes: pictures.map(() => 0), modified: pictures.map(() => 0) } };
    });
    const places = asked.flatMap(({ path, pictures, states }) => {
      const folder = join(this.#root, path) + sep;
      return pictures.map((name, index) => ({ file: folder + name, states, index }));
    });
    await askAll(places);
    for (const { path, states } of asked) {
      const folder = this.#folder(path);
      if (!sameStates(folder.states, states)) this.#current.set(path, { ...folder, states });
    }
  }
}

interface Place {
  readonly file: string;
  readonly states: { readonly bytes: number[]; readonly modified: number[] };
  readonly index: number;
}

/**
 * In this thread while files answer at once, as those of a warm local disk do: handing a question to another thread
 * takes longer than the answer. From the first slow answers on, many at a time.
 */
async function askAll(places: readonly Place[]): Promise<void> {
  for (let start = 0; start < places.length; start += slice) {
    const part = places.slice(start, start + slice);
    const began = performance.now();
    for (const place of part) askNow(place);
    if ((performance.now() - began) / part.length > quickMilliseconds) return askInLanes(places, start + slice);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function askNow(place: Place): void {
  try {
    note(place, statSync(nativePath(place.file)));
  } catch {}
}

function note({ states, index }: Place, { size, mtimeMs }: Stats): void {
  states.bytes[index] = size;
  states.modified[index] = mtimeMs;
}

/** By callbacks: with promises a hundred thousand files take twice as long. */
function askInLanes(places: readonly Place[], start: number): Promise<void> {
  return new Promise((resolve) => {
    let next = start;
    let open = inFlight;
    const lane = (): void => {
      const place = places[next++];
      if (place) {
        stat(nativePath(place.file), (error, found) => {
          if (!error) note(place, found);
          lane();
        });
      } else if (--open === 0) resolve();
    };
    for (let index = 0; index < inFlight; index++) lane();
  });
}

function sameStates(known: PictureStates | undefined, found: PictureStates): boolean {
  const same = (left: readonly number[], right: readonly number[]): boolean =>
    left.length === right.length && left.every((value, index) => value === right[index]);
  return known !== undefined && same(known.bytes, found.bytes) && same(known.modified, found.modified);
}

/** '' for a folder that changed just now: another change may follow that its time does not show. */
async function markOf(folder: string): Promise<string> {
  const { mtimeMs, ctimeMs, dev, ino } = await statPromise(nativePath(folder));
  return Date.now() - Math.max(mtimeMs, ctimeMs) > clockMilliseconds ? `${dev} ${ino} ${mtimeMs} ${ctimeMs}` : '';
}

function add(to: Map<string, string[]>, key: string, value: string): void {
  to.set(key, [...(to.get(key) ?? []), value]);
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : folder + sep + name;
}

/** `link` and `file` include what is neither, such as a pipe, which is met when it is opened. */
interface Entry {
  readonly name: string;
  readonly kind: 'folder' | 'link' | 'file';
}

/** What lies in a folder but litter. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const native = nativePath(folder);
  const entries: Dirent[] = await readdir(native, { withFileTypes: true });
  // Reading names as bytes takes twice the time, and hardly a folder needs it.
  const found: (Dirent | Dirent<Buffer<ArrayBuffer>>)[] = entries.some(({ name }) => name.includes('\uFFFD'))
    ? await readdir(native, { withFileTypes: true, encoding: 'buffer' })
    : entries;
  return found.flatMap((entry): Entry[] => {
    const name = typeof entry.name === 'string' ? entry.name : nameOfBytes(entry.name);
    if (isLitter(name)) return [];
    return [{ name, kind: entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file' }];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

export async function isFolder(path: string): Promise<boolean> {
  return statPromise(nativePath(path)).then(
    (state) => state.isDirectory(),
    () => false,
  );
}
