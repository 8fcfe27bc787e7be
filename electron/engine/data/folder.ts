/**
 * A folder of pictures as a dataset: which classes, which pictures, which of them are held out. Only names, sizes
 * and times are read here, no picture is opened, and nothing is listed again that has not changed since it was listed
 * last, by whichever engine process. The outcome is the same on every machine: names are sorted naturally (2 before
 * 10), and the split depends on the seed alone.
 */
import { createHash } from 'node:crypto';
import { join, sep } from 'node:path';
import { randomPermutation, randomStreams } from '#shared/core/random.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import { keepListing, recallListing } from './kept-listings.ts';
import { compareNames, isFolder, Listing, type Look, type Picture } from './listing.ts';

export interface Sample {
  /** Absolute. */
  readonly path: string;
  /** Index into the class names. */
  readonly label: number;
  readonly split: 'train' | 'validation';
}

export interface FolderRequest {
  readonly path: string;
  /** Share of each class held out when the folder has no validation part of its own, in (0, 1). */
  readonly validation: number;
  readonly seed: number;
  /** Pictures used per class (and part) at most, drawn by the seed; 0 is all. */
  readonly limitPerClass: number;
}

/** A class as found on disk. */
interface ClassFolder {
  readonly name: string;
  readonly pictures: readonly Picture[];
}

interface ChosenPicture extends Omit<Sample, 'path'> {
  readonly picture: Picture;
}

const trainingNames = ['train', 'training'];
/** In order of preference. */
const validationNames = ['validation', 'val', 'valid', 'test'];
/** Pictures shown as the dataset's face. */
const exampleCount = 12;

/**
 * Reads a dataset laid out as one sub-folder per class, or as such folders under `train` and `validation` (or
 * `val`, `valid`, `test`). Samples come class by class, training pictures before held-out ones where folders
 * part them. Empty files are left out and listed. Throws the `data.…` problems of the catalogue.
 * @param look `folders` misses pictures that were written again in place since they were looked at last
 */
export async function readFolder(
  request: FolderRequest,
  look: Look = 'files',
): Promise<{ facts: DatasetFacts; samples: Sample[] }> {
  const { path } = request;
  const listing = await openListing(path, look);
  const { training, validation } = await findParts(listing, '');
  const unreadable: DatasetFacts['unreadable'] = [];
  const usable = async (part: string): Promise<ClassFolder[]> => {
    const classes = await readClasses(listing, part);
    for (const { pictures } of classes) {
      for (const picture of pictures) {
        if (picture.bytes === 0) unreadable.push({ path: join(path, picture.path), reason: 'the file is empty.' });
      }
    }
    const kept = classes.map(({ name, pictures }) => ({ name, pictures: pictures.filter(({ bytes }) => bytes > 0) }));
    return kept.filter(({ pictures }) => pictures.length > 0);
  };

  const classes = await usable(training);
  const heldOut = validation === undefined ? undefined : await usable(validation);
  keepListing(path, listing.folders);
  checkClasses(join(path, training), classes);
  if (heldOut) checkHeldOut(join(path, validation as string), classes, heldOut);

  const chosen = classes.flatMap((one, label) =>
    heldOut
      ? takeParts(one, heldOut.find(({ name }) => name === one.name)?.pictures ?? [], label, request)
      : splitClass(one, label, request),
  );
  const folder = join(path, sep);
  const samples = chosen.map(({ picture, label, split }): Sample => ({ path: folder + picture.path, label, split }));
  const counts = classes.map(() => ({ train: 0, validation: 0 }));
  for (const { label, split } of samples) (counts[label] as (typeof counts)[number])[split]++;
  return {
    samples,
    facts: {
      path,
      classes: classes.map(({ name }, label) => ({ name, ...(counts[label] as (typeof counts)[number]) })),
      train: counts.reduce((sum, { train }) => sum + train, 0),
      validation: counts.reduce((sum, { validation: heldOutHere }) => sum + heldOutHere, 0),
      splitBy: heldOut ? 'folders' : 'fraction',
      examples: chooseExamples(samples, classes.length),
      unreadable,
      fingerprint: fingerprint(chosen),
    },
  };
}

async function openListing(path: string, look: Look): Promise<Listing> {
  if (path === '') throw new GraftError('data.folder-unset');
  if (!(await isFolder(path))) throw new GraftError('data.folder-missing', { path });
  return new Listing(path, recallListing(path), look);
}

/** Where the training classes and the held-out ones lie, relative to the dataset's folder. */
async function findParts(
  listing: Listing,
  path: string,
): Promise<{ training: string; validation: string | undefined }> {
  const folders = await listing.subfolders(path);
  const training = trainingNames.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name))[0];
  if (training !== undefined) {
    const others = validationNames.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name));
    for (const validation of others) {
      // A flat folder beside the training part holds pictures without labels, as competitions give them out.
      const inside = await listing.subfolders(join(path, validation));
      if (inside.length > 0) return { training: join(path, training), validation: join(path, validation) };
    }
    if (others.length > 0 && others.length === folders.length - 1)
      return { training: join(path, training), validation: undefined };
  }
  // Unpacked archives often wrap everything in one folder, or hold a lone training part.
  const only = folders.length === 1 ? join(path, folders[0] as string) : undefined;
  if (only !== undefined && !(await listing.holdsPictures(only)) && (await listing.subfolders(only)).length > 0)
    return findParts(listing, only);
  return { training: path, validation: undefined };
}

/** The class folders of a part that hold pictures, by name, with their pictures sorted by path. */
async function readClasses(listing: Listing, part: string): Promise<ClassFolder[]> {
  const names = await listing.subfolders(part);
  const trees = await Promise.all(names.map((name) => listing.tree(join(part, name))));
  const pictures = await listing.pictures(trees.flat());
  let next = 0;
  const classes = names.map((name, index) => {
    const start = next;
    next += (trees[index] as string[]).length;
    return { name: name.normalize('NFC'), pictures: pictures.slice(start, next).flat() };
  });
  return classes.filter((one) => one.pictures.length > 0).toSorted((a, b) => compareNames(a.name, b.name));
}

function checkClasses(path: string, classes: readonly ClassFolder[]): void {
  const [first, second] = classes;
  if (!first) throw new GraftError('data.folder-empty', { path });
  if (!second) throw new GraftError('data.one-class', { path, class: first.name });
}

function checkHeldOut(path: string, classes: readonly ClassFolder[], heldOut: readonly ClassFolder[]): void {
  if (heldOut.length === 0) throw new GraftError('data.folder-empty', { path });
  const known = new Set(classes.map(({ name }) => name));
  const foreign = heldOut.find(({ name }) => !known.has(name));
  if (foreign) throw new GraftError('data.classes-differ', { class: foreign.name });
}

/** A class's pictures in a random order of its own, and how many of them are used. */
function shuffled(pictures: readonly Picture[], label: number, { seed, limitPerClass }: FolderRequest): Picture[] {
  const order = randomPermutation(seed, randomStreams.split, label, pictures.length);
  const used = limitPerClass > 0 ? Math.min(limitPerClass, pictures.length) : pictures.length;
  return Array.from(order.subarray(0, used), (index) => pictures[index] as Picture);
}

function takeParts(
  one: ClassFolder,
  heldOut: readonly Picture[],
  label: number,
  request: FolderRequest,
): ChosenPicture[] {
  const take = (pictures: readonly Picture[], split: Sample['split']): ChosenPicture[] => {
    const used = new Set(shuffled(pictures, label, request));
    return pictures.filter((picture) => used.has(picture)).map((picture) => ({ picture, label, split }));
  };
  return [...take(one.pictures, 'train'), ...take(heldOut, 'validation')];
}

/** Holds out the wanted share of a class, at least one picture and never all. */
function splitClass({ name, pictures }: ClassFolder, label: number, request: FolderRequest): ChosenPicture[] {
  const order = shuffled(pictures, label, request);
  if (order.length < 2) throw new GraftError('data.class-too-small', { class: name, count: order.length });
  const wanted = Math.round(order.length * request.validation);
  const heldOut = new Set(order.slice(0, Math.min(order.length - 1, Math.max(1, wanted))));
  const used = new Set(order);
  return pictures
    .filter((picture) => used.has(picture))
    .map((picture) => ({ picture, label, split: heldOut.has(picture) ? 'validation' : 'train' }));
}

/** Training pictures, one of each class, then a second of each, and so on. */
function chooseExamples(samples: readonly Sample[], classCount: number): DatasetFacts['examples'] {
  const byClass = Array.from({ length: classCount }, (): DatasetFacts['examples'] => []);
  const rounds = Math.ceil(exampleCount / classCount);
  for (const { path, label, split } of samples) {
    const chosen = byClass[label] as DatasetFacts['examples'];
    if (split === 'train' && chosen.length < rounds) chosen.push({ path, label });
  }
  const inTurn = Array.from({ length: rounds }, (_, round) => byClass.flatMap((chosen) => chosen[round] ?? []));
  return inTurn.flat().slice(0, exampleCount);
}

/** Changes when a picture comes, goes, or is written again; not when the folder moves. */
function fingerprint(chosen: readonly ChosenPicture[]): string {
  const hash = createHash('sha256');
  for (const { picture } of chosen) {
    const { path, bytes, modified } = picture;
    hash.update(`${path.replaceAll('\\', '/')}\0${bytes}\0${modified}\n`);
  }
  return hash.digest('hex');
}
