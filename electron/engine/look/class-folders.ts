/** Files whose folder says their class: sounds and texts. */
import { formatPlural } from '#shared/core/format.ts';
import { compareNames } from '#electron/engine/data/listing.ts';
import { partOf } from '#electron/engine/data/parts.ts';
import type { Brought } from './brought.ts';
import type { FileSort } from './file-sorts.ts';
import { leftOutOf, ofSort, partsOf, type Finding } from './recogniser.ts';

/** Classes are the innermost folders, parts of a dataset passed over. Loose files beside class folders take no part. */
export function inClassFolders(brought: Brought, sort: FileSort, one: string): Finding {
  const all = ofSort(brought, sort);
  const classOf = (folders: readonly string[]): string | undefined =>
    folders.findLast((folder) => partOf(folder) === undefined);
  const inside = all.filter(({ folders }) => classOf(folders) !== undefined);
  const names = [...new Set(inside.map(({ folders }) => classOf(folders) as string))].toSorted(compareNames);
  const isSorted = names.length > 1;
  const used = isSorted ? inside : all;
  const samples = new Set(used);
  const where = isSorted ? ` in ${formatPlural(names.length, 'folder')}` : '';
  return {
    words: `${brought.more ? 'More than ' : ''}${formatPlural(used.length, one)}${where}`,
    samples: used.length,
    classes: isSorted ? names : [],
    parts: partsOf(used),
    leftOut: leftOutOf(brought.files.filter((file) => !samples.has(file))),
  };
}
