/** Pictures as a person corrected them. Which of them are held out stays as it was: the figures can be compared. */
import { sep } from 'node:path';
import type { Correction } from '#shared/nodes/corrections.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import type { ChosenPicture } from './folder.ts';

/**
 * @param classes in label order
 * @returns the same pictures in the same order, and how many of the corrections had to do with them
 */
export function correct(
  pictures: readonly ChosenPicture[],
  classes: readonly { readonly name: string; readonly pictures: readonly { readonly path: string }[] }[],
  corrections: readonly Correction[],
): { pictures: readonly ChosenPicture[]; corrected: DatasetFacts['corrected'] } {
  const said = new Map(corrections.map((one) => [one.photo, one.class]));
  const corrected = { moved: 0, leftOut: 0, idle: 0 };
  if (said.size === 0) return { pictures, corrected };
  const labels = new Map(classes.map(({ name }, label) => [name, label]));
  const used = new Set<string>();
  const after = pictures.map((picture): ChosenPicture => {
    const photo = nameOf(picture.picture);
    const to = said.get(photo);
    const label = labels.get(to ?? '');
    if (to === undefined || (to !== '' && label === undefined)) return picture;
    used.add(photo);
    if (to === '') {
      corrected.leftOut++;
      return { ...picture, split: 'left-out' };
    }
    if (label !== picture.label) corrected.moved++;
    return { ...picture, label: label as number };
  });
  corrected.idle = said.size - used.size;
  return { pictures: after, corrected };
}

function nameOf({ path }: { readonly path: string }): string {
  return sep === '\\' ? path.replaceAll(sep, '/') : path;
}
