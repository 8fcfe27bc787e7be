/**
 * What lies in a folder of pictures, quickly: one directory read a folder, file states in parallel, and neither again
 * while a folder is as it was. Pictures that come, go or get another name change the time of their folder; one that is
 * written again in place changes nothing but its own, so it depends on the question how closely that is looked at.
 */
import { stat, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, stat as statPromise } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** Endings of the formats every build of the decoder reads. */
const pictureEndings = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);

const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Natural order, the same on every machine; names the collator holds equal are ordered by their characters. */
export function compareNames(a: string, b: string): number {
  return naturalOrder.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** A folder as it was listed. Names are sorted; system and hidden ones are passed over. */
export interface ListedFolder {
  /** Which folder it was and when its entries changed last; '' where that time says too little. */
  readonly mark: string;
  readonly folders: readonly string[];
  /** What they lead to is looked at when it matters: it changes without this folder. */
  readonly links: readonly string[];
  readonly pictures: readonly string[];
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

/** One look at a dataset's folder. Every folder is listed at most once. */
export class Listing {
  readonly #root: string;
  readonly #known: ListedFolders;
  readonly #look: Look;
  readonly #listed = new Map<string, Promise<ListedFolder>>();
  readonly #current = new Map<string, ListedFolder>();

  /** @param known an earlier look's folders: those that have not changed are taken from there */
  constructor(root: string, known: ListedFolders, look: Look) {
    this.#root = root;
    this.#known = known;
    this.#look = look;
  }

  /** What was looked at. The known map itself when nothing has changed. */
  get folders(): ListedFolders {
    const isKnown = [...this.#current].every(([path, folder]) => this.#known.get(path) === folder);
    return isKnown && this.#current.size === this.#known.size ? this.#known : this.#current;
  }

  /** Names of the sub-folders of a folder, links to folders among them, sorted. */
  async subfolders(path: string): Promise<string[]> {
    const { folders, links } = await this.#folder(path);
    const linked = await Promise.all(
      links.map(async (name) => ((await isFolder(join(this.#root, path, name))) ? [name] : [])),
    );
    return [...folders, ...linked.flat()].toSorted(compareNames);
  }

  /** Whether pictures lie directly in a folder. */
  async holdsPictures(path: string): Promise<boolean> {
    return (await this.#folder(path)).pictures.length > 0;
  }

  /** A folder and all folders below it, each before those in it. Linked folders within are not entered. */
  async tree(path: string): Promise<string[]> {
    const { folders } = await this.#folder(path);
    const deeper = await Promise.all(folders.map((name) => this.tree(inside(path, name))));
    return [path, ...deeper.flat()];
  }

  /** The pictures directly in each of these folders, sorted by name. */
  async pictures(paths: readonly string[]): Promise<Picture[][]> {
    const folders = await Promise.all(paths.map((path) => this.#folder(path)));
    const wanted = paths.filter((_, index) => {
      const { states, pictures } = folders[index] as ListedFolder;
      // A file that is empty may be on its way here.
      return pictures.length > 0 && (this.#look === 'files' || !states || states.bytes.includes(0));
    });
    await this.#askStates(wanted);
    return paths.map((path) => {
      const { pictures, states } = this.#current.get(path) as ListedFolder;
      return pictures.map((name, index) => ({
        path: inside(path, name),
        bytes: states?.bytes[index] as number,
        modified: states?.modified[index] as number,
      }));
    });
  }

  async #folder(path: string): Promise<ListedFolder> {
    const listing = this.#listed.get(path) ?? this.#list(path);
    this.#listed.set(path, listing);
    const folder = await listing;
    if (!this.#current.has(path)) this.#current.set(path, folder);
    return folder;
  }

  async #list(path: string): Promise<ListedFolder> {
    const absolute = join(this.#root, path);
    // Asked for before the entries are read: what comes in between is then seen the next time.
    const mark = await markOf(absolute);
    const known = this.#known.get(path);
    if (known && known.mark !== '' && known.mark === mark) return known;
    const entries = (await readdir(absolute, { withFileTypes: true })).filter(isVisible);
    const names = (wanted: (entry: Dirent) => boolean): string[] =>
      entries.flatMap((entry) => (wanted(entry) ? [entry.name] : [])).toSorted(compareNames);
    return {
      mark,
      folders: names((entry) => entry.isDirectory()),
      links: names((entry) => entry.isSymbolicLink() && !isPicture(entry.name)),
      pictures: names((entry) => !entry.isDirectory() && isPicture(entry.name)),
    };
  }

  /** Sizes and times of all pictures directly in these folders. */
  async #askStates(paths: readonly string[]): Promise<void> {
    const asked = paths.map((path) => {
      const { pictures } = this.#current.get(path) as ListedFolder;
      return { path, pictures, states: { bytes: pictures.map(() => 0), modified: pictures.map(() => 0) } };
    });
    const places = asked.flatMap(({ path, pictures, states }) => {
      const folder = join(this.#root, path) + sep;
      return pictures.map((name, index) => ({ file: folder + name, states, index }));
    });
    await askAll(places);
    for (const { path, states } of asked) {
      const folder = this.#current.get(path) as ListedFolder;
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
    note(place, statSync(place.file));
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
        stat(place.file, (error, found) => {
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
  const { mtimeMs, ctimeMs, dev, ino } = await statPromise(folder);
  return Date.now() - Math.max(mtimeMs, ctimeMs) > clockMilliseconds ? `${dev} ${ino} ${mtimeMs} ${ctimeMs}` : '';
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : folder + sep + name;
}

function isVisible({ name }: Dirent): boolean {
  return !name.startsWith('.') && name !== '__MACOSX';
}

function isPicture(name: string): boolean {
  return pictureEndings.has(extname(name).toLowerCase());
}

export async function isFolder(path: string): Promise<boolean> {
  return statPromise(path).then(
    (state) => state.isDirectory(),
    () => false,
  );
}
