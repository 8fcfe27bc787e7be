/**
 * Folders whose sub-folders are no classes: photos with masks beside them, or with boxes in files of their own. Told by
 * the names of the sub-folders, which have to be such names all, and by what lies in them.
 */
import { join, sep } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { readableName } from '#electron/files/byte-path.ts';
import type { Listing } from './listing.ts';
import { classFolders, partWords } from './parts.ts';

/** What a folder's name says is in it. */
export type FolderRole = 'pictures' | 'notes' | 'part';

const roleWords: Readonly<Record<FolderRole, ReadonlySet<string>>> = {
  pictures: new Set('image images img imgs jpegimages photo photos picture pictures pics frames'.split(' ')),
  notes: new Set(
    'mask masks segmentation segmentations gt truth label labels annotation annotations ann anns bbox bboxes boxes xml xmls'.split(
      ' ',
    ),
  ),
  part: new Set(Object.values(partWords).flat()),
};
/** Words that say nothing more: `SegmentationClass`, `gtFine`, `leftImg8bit`. */
const fillers: ReadonlySet<string> = new Set('class object fine ground left right bit png jpg jpeg ids id'.split(' '));
/** Files that say what is where in pictures. */
const noteEndings = ['.xml', '.json', '.txt', '.csv'];

/** The role that a name speaks of; undefined for any other name, such as a class's. */
export function roleOf(name: string): FolderRole | undefined {
  const words = readableName(name)
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '' && !fillers.has(word));
  const roles = words.map((word) => (['notes', 'pictures', 'part'] as const).find((role) => roleWords[role].has(word)));
  if (roles.length === 0 || roles.includes(undefined)) return undefined;
  // `train_masks` are masks, `train_images` pictures.
  return roles.find((role) => role !== 'part') ?? 'part';
}

/** Throws `data.masks-not-classes` or `data.boxes-not-classes` for a folder that is no dataset of classes. */
export function checkNotAnnotated(listing: Listing, folder: string, root: string): void {
  const names = classFolders(listing, folder);
  const roles = names.map(roleOf);
  if (names.length === 0 || roles.includes(undefined)) return;
  const path = join(root, folder);
  const mask = names.find((_, index) => roles[index] === 'notes');
  const pictures = names.filter((_, index) => roles[index] !== 'notes');
  const [picture] = pictures;
  if (mask !== undefined && picture !== undefined)
    throw new GraftError('data.masks-not-classes', {
      path,
      pictures: readableName(picture),
      notes: readableName(mask),
    });
  const notes = mask === undefined && notesBeside(listing, folder, pictures);
  if (notes) throw new GraftError('data.boxes-not-classes', { path, notes });
}

/** What holds the notes on pictures, as the end of “notes of what is where, …”; undefined where nothing does. */
function notesBeside(listing: Listing, folder: string, pictures: readonly string[]): string | undefined {
  const count = (path: string): number => {
    const others = listing.others(path);
    return noteEndings.reduce((sum, ending) => sum + (others.get(ending) ?? 0), 0);
  };
  const apart = listing
    .subfolders(folder)
    .find((name) => roleOf(name) === 'notes' && !pictures.includes(name) && count(join(folder, name)) > 0);
  if (apart !== undefined) return `in “${readableName(apart)}”`;
  // A readme is not enough: parts of flat pictures may be classes called train and test.
  const within = pictures.find((name) => {
    const others = listing.others(join(folder, name));
    return (others.get('.xml') ?? 0) + (others.get('.json') ?? 0) > 0;
  });
  return within === undefined ? undefined : `beside them in “${readableName(within.split(sep).at(-1) ?? '')}”`;
}
