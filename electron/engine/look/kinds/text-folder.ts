import { inClassFolders } from '../class-folders.ts';
import { mainSort, type Recogniser } from '../recogniser.ts';

/** Texts, in a folder for each class; without classes they are what a language model reads. */
export const textFolder: Recogniser = async (brought) => {
  if (mainSort(brought.files) !== 'text') return undefined;
  const finding = inClassFolders(brought, 'text', 'text');
  return { ...finding, task: (finding.classes?.length ?? 0) > 0 ? 'sort-texts' : 'converse' };
};
