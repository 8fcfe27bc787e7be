import { formatCount, formatPlural } from '#shared/core/format.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import { readFolder } from '#electron/engine/data/folder.ts';
import type { Brought } from '../brought.ts';
import { listed } from '../file-sorts.ts';
import { examplesOf, ofSort, partsOf, type Finding, type Recogniser } from '../recogniser.ts';

/** What is no fault of the folder, which holds pictures of another kind. */
const otherwise = new Set(['data.folder-empty', 'data.one-class']);

/** Pictures in a folder for each class: what a Photos node reads, with the same counts. */
export const imageFolder: Recogniser = async (brought, { together }) => {
  const path = together ?? brought.folders[0];
  const pictures = ofSort(brought, 'picture');
  if (path === undefined || pictures.length === 0 || ofSort(brought, 'sound').length > pictures.length)
    return undefined;
  if (brought.more) return unread(brought, path);
  try {
    // Nothing but how many are held out hangs on these, which is for the project to say.
    const { facts } = await readFolder({ path, validation: 0.2, seed: 1, limitPerClass: 0 }, 'folders');
    return read(facts);
  } catch (error) {
    if (!(error instanceof GraftError) || !error.code.startsWith('data.') || otherwise.has(error.code))
      return undefined;
    const words = `${formatPlural(pictures.length, 'photo')} in folders that cannot be used as they are: ${error.message}`;
    return {
      words: words.replace(/\.$/u, ''),
      samples: pictures.length,
      can: [],
      path,
      examples: examplesOf(pictures),
    };
  }
};

function read(facts: DatasetFacts): Finding {
  const { path, classes, train, validation, test, splitBy, unreadable, leftOut, examples } = facts;
  const samples = train + validation + test;
  const own = [...(splitBy === 'folders' ? ['validation'] : []), ...(test > 0 ? ['test'] : [])];
  const parts = own.length === 0 ? '' : own.length === 1 ? `, with a ${own[0]} part` : `, with ${listed(own)} parts`;
  const broken = unreadable.length === 0 ? '' : `, and ${formatCount(unreadable.length)} that cannot be read`;
  return {
    words: `${formatPlural(samples, 'photo')} in ${formatPlural(classes.length, 'folder')}${parts}${broken}`,
    task: 'sort-pictures',
    samples,
    classes: classes.map(({ name }) => name),
    parts: own.length === 0 ? {} : { train, validation, ...(test > 0 ? { test } : {}) },
    leftOut,
    path,
    examples: examples.map((example) => example.path),
  };
}

/** Of a folder that holds more than a look takes in. Classes are those that were met. */
function unread(brought: Brought, path: string): Finding | undefined {
  const pictures = ofSort(brought, 'picture');
  const classes = [...new Set(pictures.flatMap(({ folders }) => folders.at(-1) ?? []))];
  if (classes.length < 2) return undefined;
  return {
    words: `More than ${formatPlural(pictures.length, 'photo')} in ${formatPlural(classes.length, 'folder')} or more`,
    task: 'sort-pictures',
    samples: pictures.length,
    classes,
    parts: partsOf(pictures),
    path,
    examples: examplesOf(pictures),
  };
}
