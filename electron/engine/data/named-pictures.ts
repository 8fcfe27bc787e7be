/** Pictures that a person names one by one or by the folder they are in. */
import { join } from 'node:path';
import { formatPlural } from '#shared/core/format.ts';
import { problem, toProblem, type Problem } from '#shared/messages/error.ts';
import { endingList } from '#shared/nodes/dataset-remarks.ts';
import { isFolder, Listing } from './listing.ts';

export interface NamedPictures {
  /** In natural order; empty only with a problem. */
  readonly pictures: string[];
  /** `predict.empty-folder` or what the system says of the folder; or `predict.files-left-out`, which is a notice. */
  readonly problem?: Problem;
}

/** A folder stands for the pictures in it and below, as a data folder's are found; anything else for itself. */
export async function namedPictures(path: string): Promise<NamedPictures> {
  if (path.startsWith('data:') || !(await isFolder(path))) return { pictures: [path] };
  try {
    const listing = await Listing.open(path, new Map(), 'folders');
    const found = await listing.pictures(listing.tree(''));
    const pictures = found.flat().map((picture) => join(path, picture.path));
    if (pictures.length === 0) return { pictures, problem: problem('predict.empty-folder', { path }) };
    const what = leftOut(listing);
    return what === '' ? { pictures } : { pictures, problem: problem('predict.files-left-out', { path, what }) };
  } catch (thrown) {
    return { pictures: [], problem: toProblem(thrown) };
  }
}

/** “3 .txt, 1 link”; '' for nothing. */
function leftOut(listing: Listing): string {
  const endings = [...listing.others('')]
    .map(([what, count]) => ({ what, count }))
    .toSorted((left, right) => right.count - left.count || (left.what < right.what ? -1 : 1));
  const links = listing.cut.length;
  return [endingList(endings), links === 0 ? '' : formatPlural(links, 'link')].filter((part) => part !== '').join(', ');
}
