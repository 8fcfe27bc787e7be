import { formatPlural } from '#shared/core/format.ts';
import { annotated } from '../boxed.ts';
import { namesOf, readStart } from '../content.ts';
import { ofSort, some, stemOf, type Recogniser } from '../recogniser.ts';

/** Files that are opened for the names in them, and bytes of one that are read. */
const opened = 2000;
const longest = 1 << 20;

/** Pascal VOC: an XML file for each picture, `<annotation>` with an `<object>` for each box. */
export const detectionVoc: Recogniser = async (brought) => {
  const files = ofSort(brought, 'xml');
  const texts = some(files, opened).map(({ path }) => readStart(path, longest));
  const matching = texts.filter((text) => /<annotation[\s>]/u.test(text));
  if (matching.length === 0 || matching.length * 2 < texts.length) return undefined;
  const names = matching.flatMap((text) =>
    [...text.matchAll(/<object>[^]*?<name>([^<]*)<\/name>/gu)].map((found) => found[1]?.trim()),
  );
  const stems = new Set(files.map(stemOf));
  const pictures = ofSort(brought, 'picture').filter((file) => stems.has(stemOf(file)));
  return annotated(brought, 'find', {
    words: `boxes in ${formatPlural(files.length, 'VOC file')}`,
    files,
    samples: pictures.length || files.length,
    classes: namesOf(names).toSorted(),
  });
};
