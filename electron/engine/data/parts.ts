/**
 * Which sub-folders of a dataset are its parts: what is trained on, what is looked at meanwhile, and what is kept for
 * the end. Told by the names people give them, and only where the folders inside agree: `train` may be a class among
 * buses and trams.
 */
import { join } from 'node:path';
import { readableName } from '#electron/files/byte-path.ts';
import type { Listing } from './listing.ts';

export const partNames = ['train', 'validation', 'test'] as const;
export type PartName = (typeof partNames)[number];

/** Folders relative to the dataset's. */
export interface Parts {
  /** Where the class folders lie; the dataset's own folder where it has no parts. */
  readonly train: string;
  readonly validation?: string;
  readonly test?: string;
  /** Folders beside them that are no part, although pictures are in them. */
  readonly beside: readonly string[];
}

export const partWords: Readonly<Record<PartName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev', 'eval'],
  test: ['test', 'testing', 'holdout'],
};
/** What is written on to such a word: `trainset`, `test_images`. */
const additions = /(?:set|data|images?|imgs?|photos?|pictures?)$/u;

/** The part that a name speaks of, with whatever stands before and behind; undefined where it is none, or several. */
export function partOf(name: string): PartName | undefined {
  const tokens = name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/hold[^a-z]*out/gu, 'holdout')
    .split(/[^a-z]+/u);
  const said = partNames.filter((part) =>
    tokens.some((token) => partWords[part].includes(token) || partWords[part].includes(token.replace(additions, ''))),
  );
  return said.length === 1 ? said[0] : undefined;
}

/** Folders inside a folder that hold pictures, themselves or further down. */
export function classFolders(listing: Listing, path: string): string[] {
  return listing.subfolders(path).filter((name) => hasPictures(listing, join(path, name)));
}

function hasPictures(listing: Listing, path: string): boolean {
  return listing.tree(path).some((folder) => listing.countPictures(folder) > 0);
}

/** Past folders that hold nothing but one more folder, as archives and tools wrap their content. */
function unwrapped(listing: Listing, path: string): string {
  const [only, ...others] = listing.subfolders(path);
  if (only === undefined || others.length > 0 || listing.countPictures(path) > 0) return path;
  const inside = join(path, only);
  return listing.countPictures(inside) === 0 && classFolders(listing, inside).length > 0
    ? unwrapped(listing, inside)
    : path;
}

/** How class names are compared between parts. */
export function classKey(name: string): string {
  return readableName(name).normalize('NFC').toLowerCase();
}

export function findParts(listing: Listing): Parts {
  const root = unwrapped(listing, '');
  const folders = listing.subfolders(root).map((name) => {
    const path = join(root, name);
    const inside = unwrapped(listing, path);
    // Also those without pictures: a part that has lost them is named, and not passed over.
    const classes = new Set(listing.subfolders(inside).map(classKey));
    return { name, path, inside, classes, part: partOf(name), isEmpty: !hasPictures(listing, path) };
  });
  type Folder = (typeof folders)[number];
  // A flat folder beside the training part holds pictures without labels, as competitions give them out.
  const of = (part: PartName): Folder[] =>
    folders
      .filter((folder) => folder.part === part && folder.classes.size > 0)
      .toSorted((left, right) => plainness(left.name, part) - plainness(right.name, part));
  const [train] = of('train');
  if (!train || train.isEmpty) return { train: root, beside: [] };
  const agreeing = (part: PartName): Folder | undefined =>
    of(part).find(({ classes }) => [...classes].some((name) => train.classes.has(name)));
  const [validation, test] = [agreeing('validation'), agreeing('test')];
  const isAlone = folders.every(
    (folder) => folder === train || folder.isEmpty || (folder.part !== undefined && folder.classes.size === 0),
  );
  if (!validation && !test && !isAlone) return { train: root, beside: [] };
  const used = new Set([train, validation, test]);
  return {
    train: train.inside,
    ...(validation ? { validation: validation.inside } : {}),
    ...(test ? { test: test.inside } : {}),
    beside: folders.filter((folder) => !used.has(folder) && !folder.isEmpty).map(({ path }) => path),
  };
}

/** The plain word comes first: `val` before `val_old`. */
function plainness(name: string, part: PartName): number {
  const place = partWords[part].indexOf(name.toLowerCase());
  return place === -1 ? partWords[part].length : place;
}
