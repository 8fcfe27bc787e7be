import { basename } from 'node:path';
import { formatCount } from '#shared/core/format.ts';
import { countOf, fileSorts, listed, type FileSort } from '../file-sorts.ts';
import type { Brought, BroughtFile } from '../brought.ts';
import { examplesOf, leftOutOf, mainSort, ofSort, type Finding } from '../recogniser.ts';

/** Whatever is nothing that is known, or too many things at once. */
export const unknown = async (brought: Brought): Promise<Finding> => ({
  words: words(brought),
  samples: 0,
  leftOut: leftOutOf(brought.files),
  examples: examplesOf(ofSort(brought, 'picture')),
});

function words(brought: Brought): string {
  const { paths, folders, files } = brought;
  const [only, ...others] = paths;
  if (files.length === 0) return folders.length > 1 ? 'Empty folders' : 'An empty folder';
  if (isMixed(brought)) return `${natures(brought)} together: one kind is taken at a time`;
  if (others.length === 0 && folders.length === 0 && files[0]?.sort === 'archive')
    return `“${basename(only ?? '')}” is an archive that is not unpacked here; zip is`;
  if (others.length === 0 && folders.length === 0) return `“${basename(only ?? '')}” is nothing that is known here`;
  return `Nothing that is known here: ${countsOf(files)}`;
}

/** “3 tables and 12 other files”. */
function countsOf(files: readonly BroughtFile[]): string {
  const bySort = Map.groupBy(files, ({ sort }) => sort);
  return listed(
    fileSorts.filter((sort) => bySort.has(sort)).map((sort) => countOf(sort, bySort.get(sort)?.length ?? 0)),
  );
}

/** What each of several things is: the sort of a file, or what a folder is full of. */
function sortedThings({ folders, files }: Brought): { things: string; count: number }[] {
  const names = new Set(folders.map((path) => basename(path)));
  const inside = [...names].map((name): `folder of ${FileSort | 'nothing'}` => {
    const sort = mainSort(files.filter((file) => file.folders[0] === name));
    return `folder of ${sort ?? 'nothing'}`;
  });
  const loose = files.filter((file) => file.folders.length === 0).map(({ sort }) => sort);
  return [...Map.groupBy([...inside, ...loose], (thing) => thing)].map(([things, { length }]) => ({
    things,
    count: length,
  }));
}

/** Whether several things were brought that have nothing in common. */
export function isMixed(brought: Brought): boolean {
  return brought.paths.length > 1 && sortedThings(brought).length > 1;
}

/** What photos and what is said of them consist of. */
const annotatedSorts: ReadonlySet<string> = new Set(['picture', 'xml', 'json', 'text', 'table', 'other']);

/** Whether things of several sorts may be one all the same: photos, and what is said of them. */
export function mayBeAnnotated(brought: Brought): boolean {
  return sortedThings(brought).every(({ things }) => annotatedSorts.has(things.replace('folder of ', '')));
}

function natures(brought: Brought): string {
  return listed(
    sortedThings(brought).map(({ things, count }) => {
      const sort = things.replace('folder of ', '') as FileSort | 'nothing';
      if (sort === things) return countOf(sort as FileSort, count);
      const content = sort === 'nothing' ? 'nothing' : countOf(sort, 2).replace(/^\S+ /u, '');
      return `${formatCount(count)} ${count === 1 ? 'folder' : 'folders'} of ${content}`;
    }),
  );
}
