import { formatPlural } from '#shared/core/format.ts';
import { examplesOf, leftOutOf, mainSort, ofSort, type Recogniser } from '../recogniser.ts';

/** Pictures that no folder says the class of. */
export const looseImages: Recogniser = async (brought) => {
  const pictures = ofSort(brought, 'picture');
  if (pictures.length === 0 || mainSort(brought.files) !== 'picture') return undefined;
  const folders = [...new Set(pictures.map((file) => file.folders.join('/')))].filter((name) => name !== '');
  const place = folders.length === 1 ? `all in one folder, “${folders[0]?.split('/').at(-1)}”` : 'in no class folders';
  const photos = `${brought.more ? 'More than ' : ''}${formatPlural(pictures.length, 'photo')}`;
  const [only] = brought.folders;
  return {
    words: `${photos} ${place}: to be sorted into classes first`,
    samples: pictures.length,
    leftOut: leftOutOf(brought.files.filter(({ sort }) => sort !== 'picture')),
    path: brought.folders.length === 1 && brought.paths.length === 1 ? (only ?? '') : '',
    examples: examplesOf(pictures),
  };
};
