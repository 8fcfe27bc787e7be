/** The project file among the words a program was started with, as the system gives it for a double-clicked file. */
import { resolve } from 'node:path';
import { projectEnding } from '#electron/services/documents.ts';

/** Absolute path; undefined when no project is named. */
export function projectIn(words: readonly string[], folder: string): string | undefined {
  const named = words.slice(1).find((word) => !word.startsWith('-') && word.toLowerCase().endsWith(projectEnding));
  return named === undefined ? undefined : resolve(folder, named);
}
