import { annotated } from '../boxed.ts';
import { namesOf, readStart, readWhole } from '../content.ts';
import { ofSort, type Recogniser } from '../recogniser.ts';

/** CVAT for images 1.1: one XML file, `<annotations>` with an `<image>` for each picture and its shapes inside. */
export const detectionCvat: Recogniser = async (brought) => {
  const files = ofSort(brought, 'xml').filter(({ path }) => /<annotations[\s>]/u.test(readStart(path, 4096)));
  const texts = files.slice(0, 16).map(({ path }) => readWhole(path));
  const count = texts.reduce((sum, text) => sum + [...text.matchAll(/<image\s/gu)].length, 0);
  if (count === 0) return undefined;
  const labels = texts.flatMap((text) =>
    [...text.matchAll(/<(?:box|polygon|polyline|points|mask|tag)\s[^>]*?label="([^"]*)"/gu)].map((found) => found[1]),
  );
  return annotated(brought, 'find', {
    words: 'boxes in a CVAT file',
    files,
    samples: count,
    classes: namesOf(labels).toSorted(),
  });
};
