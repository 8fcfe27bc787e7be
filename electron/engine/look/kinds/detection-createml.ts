import { annotated } from '../boxed.ts';
import { jsonOf, namesOf, recordsOf, isRecord } from '../content.ts';
import type { Recogniser } from '../recogniser.ts';

/** Create ML: a JSON list, a picture each, with `annotations` of `label` and `coordinates` around a centre. */
export const detectionCreateml: Recogniser = async (brought) => {
  const found = jsonOf(brought).flatMap(({ file, value }) => {
    const pictures = recordsOf(value).filter((one) => typeof (one['image'] ?? one['imagefilename']) === 'string');
    const boxes = pictures.flatMap((one) => recordsOf(one['annotations'] ?? one['annotation']));
    return boxes.some(({ coordinates }) => isRecord(coordinates)) ? [{ file, pictures, boxes }] : [];
  });
  if (found.length === 0) return undefined;
  return annotated(brought, 'find', {
    words: found.length === 1 ? 'boxes in a Create ML file' : `boxes in ${found.length} Create ML files`,
    files: found.map(({ file }) => file),
    samples: found.reduce((sum, { pictures }) => sum + pictures.length, 0),
    classes: namesOf(found.flatMap(({ boxes }) => boxes.map(({ label }) => label))).toSorted(),
  });
};
