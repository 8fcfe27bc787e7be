import { formatPlural } from '#shared/core/format.ts';
import { roleOf } from '#electron/engine/data/annotated.ts';
import type { BroughtFile } from '../brought.ts';
import { examplesOf, leftOutOf, ofSort, partsOf, stemOf, type Recogniser } from '../recogniser.ts';

/** What is written on to a mask's name, where it lies beside its photo. */
const suffix = /[-_.](?:mask|masks|seg|segmentation|label|labels|labelids|gt|matte|l)$/iu;

/** Photos, and for each a picture of the same name whose colours say what is where. */
export const segmentationMasks: Recogniser = async (brought) => {
  const pictures = ofSort(brought, 'picture');
  const masks = apart(pictures) ?? beside(pictures);
  if (!masks) return undefined;
  const photos = pictures.filter((file) => !masks.has(file));
  const without = Math.max(0, photos.length - masks.size);
  const fewer = without === 0 ? '' : `, ${formatPlural(without, 'photo')} without one`;
  return {
    words: `${brought.more ? 'More than ' : ''}${formatPlural(photos.length, 'photo')} with masks beside them${fewer}`,
    task: 'outline',
    samples: photos.length,
    parts: partsOf(photos),
    leftOut: leftOutOf(brought.files.filter(({ sort }) => sort !== 'picture')),
    examples: examplesOf(photos),
  };
};

/** Masks in folders of their own; undefined where folders have other names than such have. */
function apart(pictures: readonly BroughtFile[]): ReadonlySet<BroughtFile> | undefined {
  const masks = new Set<BroughtFile>();
  for (const file of pictures) {
    const roles = new Set(file.folders.map(roleOf));
    if (roles.has('notes')) masks.add(file);
    else if (!roles.has('pictures') && roles.has(undefined)) return undefined;
  }
  return masks.size > 0 && masks.size < pictures.length ? masks : undefined;
}

/** Masks in the folder of their photos, under their names and a word behind. */
function beside(pictures: readonly BroughtFile[]): ReadonlySet<BroughtFile> | undefined {
  const place = ({ folders }: BroughtFile, stem: string): string => [...folders, stem].join('/');
  const stems = new Set(pictures.map((file) => place(file, stemOf(file))));
  const masks = pictures.filter((file) => {
    const short = stemOf(file).replace(suffix, '');
    return short !== stemOf(file) && stems.has(place(file, short));
  });
  // Most photos have one, or this is about something else.
  return masks.length * 3 >= pictures.length && masks.length > 0 ? new Set(masks) : undefined;
}
