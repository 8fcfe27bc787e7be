/**
 * A folder of pictures as a dataset: which classes, which pictures, which of them are held out. Only names, sizes
 * and times are read here, no picture is opened, and nothing is listed again that has not changed since it was listed
 * last, by whichever engine process. The outcome is the same on every machine: names are sorted naturally (2 before
 * 10), and the split depends on the seed alone.
 */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import { randomPermutation, randomStreams } from '#shared/core/random.ts';
import type { Correction } from '#shared/nodes/corrections.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { DatasetFacts, LeftOut } from '#shared/nodes/facts.ts';
import { endingList } from '#shared/nodes/dataset-remarks.ts';
import { nativePath, readableName } from '#electron/files/byte-path.ts';
import { correct } from './corrected.ts';
import { keepListing, recallListing } from './kept-listings.ts';
import { checkNotAnnotated } from './annotated.ts';
import { compareNames, isFolder, Listing, type Look, type Picture } from './listing.ts';
import { classFolders, classKey, findParts, type PartName, type Parts } from './parts.ts';
import { beginsAsPicture, isForeignPicture } from './picture-format.ts';

export interface Sample {
  /** Absolute. */
  readonly path: string;
  /** Index into the class names. */
  readonly label: number;
  /** A picture that a person left out keeps its place among the samples, so that the others' features do. */
  readonly split: PartName | 'left-out';
}

export interface FolderRequest {
  readonly path: string;
  /** Share of each class held out when the folder has no validation part of its own, in (0, 1). */
  readonly validation: number;
  /** Share of each class kept for the end when the folder has no test part of its own, in [0, 1). */
  readonly test?: number | undefined;
  readonly seed: number;
  /** Pictures used per class (and part) at most, drawn by the seed; 0 is all. */
  readonly limitPerClass: number;
  /** What a person has said of single pictures against their folders. */
  readonly corrections?: readonly Correction[] | undefined;
}

/** A class as found on disk. */
interface ClassFolder {
  readonly name: string;
  readonly pictures: readonly Picture[];
}

export interface ChosenPicture extends Omit<Sample, 'path'> {
  readonly picture: Picture;
}

export interface Dataset {
  readonly facts: DatasetFacts;
  readonly samples: Sample[];
  /** Pictures of a part that is kept for the end. */
  readonly test: Sample[];
}

/** Pictures shown as the dataset's face. */
const exampleCount = 12;

/**
 * Reads a dataset laid out as one sub-folder per class, or as such folders under parts by the names people use. Samples
 * come class by class, training pictures before held-out ones where folders part them. Empty files are left out and
 * listed. Throws the `data.…` problems of the catalogue.
 * @param look `folders` misses pictures that were written again in place since they were looked at last
 */
export async function readFolder(request: FolderRequest, look: Look = 'files'): Promise<Dataset> {
  const { path } = request;
  const listing = await openListing(path, look);
  const parts = findParts(listing);
  checkNotAnnotated(listing, parts.train, path);
  const unreadable: DatasetFacts['unreadable'] = [];
  const leftOut = notReadIn(listing, parts);
  const usable = async (part: string): Promise<ClassFolder[]> => {
    const classes = await readClasses(listing, part, leftOut);
    for (const { pictures } of classes) {
      for (const picture of pictures) {
        if (picture.bytes > 0) continue;
        const absolute = join(path, picture.path);
        unreadable.push({ path: absolute, reason: emptyReason(absolute) });
      }
    }
    const kept = classes.map(({ name, pictures }) => ({ name, pictures: pictures.filter(({ bytes }) => bytes > 0) }));
    return kept.filter(({ pictures }) => pictures.length > 0);
  };

  const classes = await usable(parts.train);
  const partClasses = async (part: PartName): Promise<ClassFolder[] | undefined> => {
    const folder = parts[part];
    if (folder === undefined) return undefined;
    const found = named(await usable(folder), classes);
    if (found.length === 0) throw new GraftError('data.folder-empty', { path: join(path, folder) });
    return found;
  };
  const validation = await partClasses('validation');
  const test = await partClasses('test');
  keepListing(path, listing.folders);
  checkClasses(join(path, parts.train), classes, leftOut);
  if (validation) checkHeldOut(classes, validation);

  const of = (part: readonly ClassFolder[], wanted: string): readonly Picture[] =>
    part.find(({ name }) => name === wanted)?.pictures ?? [];
  const shares = { validation: validation ? 0 : request.validation, test: test ? 0 : (request.test ?? 0) };
  const divided = classes.flatMap((one, label) => [
    ...splitClass(one, label, shares, request),
    ...(validation ? takeAll(of(validation, one.name), label, 'validation', request) : []),
    ...(test ? takeAll(of(test, one.name), label, 'test', request) : []),
  ]);
  const { pictures: all, corrected } = correct(divided, classes, request.corrections ?? []);
  // By where they were before they were corrected: the places of the others do not change with it.
  const chosen = all.filter((_, place) => divided[place]?.split !== 'test');
  const chosenTest = all.filter(({ split }) => split === 'test');
  for (const { name, pictures } of test ?? [])
    if (!classes.some((one) => one.name === name))
      leftOut.push({ why: 'unknown-class', what: name, count: pictures.length });
  const folder = join(path, sep);
  const samples = chosen.map(({ picture, label, split }): Sample => ({ path: folder + picture.path, label, split }));
  const testSamples = chosenTest.map(({ picture, label, split }): Sample => ({
    path: folder + picture.path,
    label,
    split,
  }));
  const counts = classes.map(() => ({ train: 0, validation: 0, test: 0 }));
  for (const { label, split } of samples) if (split !== 'left-out') (counts[label] as (typeof counts)[number])[split]++;
  for (const { label } of testSamples) (counts[label] as (typeof counts)[number]).test++;
  const total = (part: PartName): number => counts.reduce((sum, count) => sum + count[part], 0);
  const print = fingerprint(divided);
  return {
    samples,
    test: testSamples,
    facts: {
      path,
      classes: classes.map(({ name }, label) => ({ name, ...(counts[label] as (typeof counts)[number]) })),
      train: total('train'),
      validation: total('validation'),
      test: total('test'),
      splitBy: validation ? 'folders' : 'fraction',
      testBy: test ? 'folders' : chosenTest.length > 0 ? 'fraction' : 'none',
      examples: chooseExamples(samples, classes.length),
      unreadable,
      unlikely: unlikelyClasses(path + print, classes, samples),
      leftOut,
      ranges: [],
      corrected,
      fingerprint: print,
    },
  };
}

async function openListing(path: string, look: Look): Promise<Listing> {
  if (path === '') throw new GraftError('data.folder-unset');
  if (!(await isFolder(path))) throw new GraftError('data.folder-missing', { path });
  return Listing.open(path, recallListing(path), look);
}

/** What lies in the folder and takes no part, by why. */
function notReadIn(listing: Listing, { train, beside }: Parts): LeftOut[] {
  const endings = [...listing.others('')].map(([what, count]): LeftOut => ({ why: 'ending', what, count }));
  const links = (['again', 'nowhere'] as const).flatMap((why): LeftOut[] => {
    const cut = listing.cut.filter((link) => link.why === why);
    return cut[0] ? [{ why: `link-${why}`, what: cut[0].path, count: cut.length }] : [];
  });
  // Pictures of no class: beside the class folders, or above them.
  const places = [...ancestors(train), train].filter((place) => listing.countPictures(place) > 0);
  const loose = places.map((what): LeftOut => ({ why: 'loose', what, count: listing.countPictures(what) }));
  const apart = beside.map((what): LeftOut => {
    const count = listing.tree(what).reduce((sum, folder) => sum + listing.countPictures(folder), 0);
    return { why: 'beside', what, count };
  });
  const others = listing.subfolders(train).flatMap((name): LeftOut[] => {
    const path = join(train, name);
    if (listing.tree(path).some((folder) => listing.countPictures(folder) > 0)) return [];
    const found = [...listing.others(path)];
    const count = found.reduce((sum, [, some]) => sum + some, 0);
    const isForeign = found.some(([ending]) => isForeignPicture(ending));
    return count === 0 ? [] : [{ why: isForeign ? 'foreign-class' : 'no-class', what: readableName(name), count }];
  });
  const byCount = (left: LeftOut, right: LeftOut): number =>
    right.count - left.count ||
    Number(left.what === '') - Number(right.what === '') ||
    compareNames(left.what, right.what);
  return [...endings.toSorted(byCount), ...others, ...links, ...loose, ...apart];
}

/** Folders around one, the dataset's own first. */
function ancestors(path: string): string[] {
  const names = path === '' ? [] : path.split(sep);
  return names.map((_, index) => names.slice(0, index).join(sep));
}

function emptyReason(path: string): string {
  try {
    return lstatSync(nativePath(path)).isSymbolicLink() ? 'it is a link that leads nowhere.' : 'the file is empty.';
  } catch {
    return 'it is gone.';
  }
}

/** The class folders of a part that hold pictures, by name, with their pictures sorted by path. */
async function readClasses(listing: Listing, part: string, leftOut: LeftOut[]): Promise<ClassFolder[]> {
  const folders = classFolders(listing, part);
  const trees = folders.map((name) => listing.tree(join(part, name)));
  const pictures = await listing.pictures(trees.flat());
  let next = 0;
  const classes = new Map<string, Picture[]>();
  for (const [index, folder] of folders.entries()) {
    const start = next;
    next += (trees[index] as string[]).length;
    const name = readableName(folder).normalize('NFC');
    // One name in two forms of Unicode, as systems differ in, is one class.
    classes.set(name, [...(classes.get(name) ?? []), ...withoutTwins(pictures.slice(start, next).flat(), leftOut)]);
  }
  return [...classes]
    .map(([name, found]) => ({ name, pictures: found }))
    .filter((one) => one.pictures.length > 0)
    .toSorted((a, b) => compareNames(a.name, b.name));
}

/** Without files that are there twice, under one name in two forms of Unicode and of one size: one may be held out. */
function withoutTwins(pictures: readonly Picture[], leftOut: LeftOut[]): readonly Picture[] {
  if (pictures.every(({ path }) => path.normalize('NFC') === path)) return pictures;
  const seen = new Set<string>();
  const twins: Picture[] = [];
  const kept = pictures.filter((picture) => {
    const key = `${picture.path.normalize('NFC')} ${picture.bytes}`;
    if (seen.has(key)) twins.push(picture);
    else seen.add(key);
    return twins.at(-1) !== picture;
  });
  if (twins[0]) leftOut.push({ why: 'twin', what: twins[0].path, count: twins.length });
  return kept;
}

/** Classes of a part under the names the training part has for them, which may differ in capital letters. */
function named(part: readonly ClassFolder[], classes: readonly ClassFolder[]): ClassFolder[] {
  const exact = new Set(classes.map(({ name }) => name));
  const byKey = Map.groupBy(classes, ({ name }) => classKey(name));
  return part.map((one) => {
    const alike = byKey.get(classKey(one.name)) ?? [];
    return exact.has(one.name) || alike.length !== 1 ? one : { ...one, name: (alike[0] as ClassFolder).name };
  });
}

function checkClasses(path: string, classes: readonly ClassFolder[], leftOut: readonly LeftOut[]): void {
  const [first, second] = classes;
  if (!first) {
    const endings = leftOut.filter(({ why }) => why === 'ending');
    throw new GraftError('data.folder-empty', { path, found: endingList(endings) });
  }
  if (!second) throw new GraftError('data.one-class', { path, class: first.name });
}

function checkHeldOut(classes: readonly ClassFolder[], heldOut: readonly ClassFolder[]): void {
  const known = new Set(classes.map(({ name }) => name));
  const foreign = heldOut.find(({ name }) => !known.has(name));
  if (foreign) throw new GraftError('data.classes-differ', { class: foreign.name });
}

/** By fingerprint: the same files begin the same way, and a folder is described with every edit. */
const knownUnlikely = new Map<string, DatasetFacts['unlikely']>();
const keptUnlikely = 16;

/** Classes none of whose files begins as a picture does, in training or where they are looked at; few files are opened. */
function unlikelyClasses(
  key: string,
  classes: readonly ClassFolder[],
  samples: readonly Sample[],
): DatasetFacts['unlikely'] {
  const known = knownUnlikely.get(key);
  if (known) return known;
  const own = Map.groupBy(samples, ({ label, split }) => `${label} ${split}`);
  const found = classes.flatMap(({ name }, label) =>
    (['train', 'validation'] as const).flatMap((part) => {
      const files = own.get(`${label} ${part}`) ?? [];
      const isLikely = files.length === 0 || files.some(({ path }) => beginsAsPicture(path));
      return isLikely ? [] : [{ class: name, part, count: files.length }];
    }),
  );
  knownUnlikely.set(key, found);
  for (const oldest of [...knownUnlikely.keys()].slice(0, -keptUnlikely)) knownUnlikely.delete(oldest);
  return found;
}

/** A class's pictures in a random order of its own, and how many of them are used. */
function shuffled(pictures: readonly Picture[], label: number, { seed, limitPerClass }: FolderRequest): Picture[] {
  const order = randomPermutation(seed, randomStreams.split, label, pictures.length);
  const used = limitPerClass > 0 ? Math.min(limitPerClass, pictures.length) : pictures.length;
  return Array.from(order.subarray(0, used), (index) => pictures[index] as Picture);
}

/** A part that has a folder of its own, up to the limit. */
function takeAll(
  pictures: readonly Picture[],
  label: number,
  split: PartName,
  request: FolderRequest,
): ChosenPicture[] {
  const used = new Set(shuffled(pictures, label, request));
  return pictures.filter((picture) => used.has(picture)).map((picture) => ({ picture, label, split }));
}

/**
 * Holds out the wanted shares of a class, at least one picture for each that is above 0, and never all. Where there are
 * too few for both, the test goes without.
 */
function splitClass(
  { name, pictures }: ClassFolder,
  label: number,
  shares: Readonly<Record<'validation' | 'test', number>>,
  request: FolderRequest,
): ChosenPicture[] {
  const order = shuffled(pictures, label, request);
  if (shares.validation > 0 && order.length < 2)
    throw new GraftError('data.class-too-small', { class: name, count: order.length });
  const count = (share: number, taken: number): number =>
    share > 0 ? Math.min(order.length - taken - 1, Math.max(1, Math.round(order.length * share))) : 0;
  const validation = count(shares.validation, 0);
  const test = count(shares.test, validation);
  const parts = new Map(
    order.map((picture, place): [Picture, PartName] => [
      picture,
      place < validation ? 'validation' : place < validation + test ? 'test' : 'train',
    ]),
  );
  return pictures.flatMap((picture) => {
    const split = parts.get(picture);
    return split ? [{ picture, label, split }] : [];
  });
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
function fingerprint(divided: readonly ChosenPicture[]): string {
  const hash = createHash('sha256');
  const parts = Map.groupBy(divided, ({ split }) => split === 'test');
  for (const { picture } of [...(parts.get(false) ?? []), ...(parts.get(true) ?? [])]) {
    const { path, bytes, modified } = picture;
    hash.update(`${path.replaceAll('\\', '/')}\0${bytes}\0${modified}\n`);
  }
  return hash.digest('hex');
}
