import { isRecord, readWhole } from '../content.ts';
import type { Recogniser } from '../recogniser.ts';

/** A project file; what is in it is for opening it to say. */
export const graftProject: Recogniser = async (brought) => {
  const [file] = brought.files;
  if (file?.sort !== 'project' || brought.files.length > 1) return undefined;
  return { words: `A Graft project${titled(readWhole(file.path))}`, samples: 0, path: file.path };
};

function titled(text: string): string {
  try {
    const document: unknown = JSON.parse(text);
    return isRecord(document) && typeof document['title'] === 'string' && document['title'] !== ''
      ? `, “${document['title']}”`
      : '';
  } catch {
    return '';
  }
}
