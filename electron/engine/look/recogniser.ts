/** What a recogniser is given and answers. There is one for each kind, in a file of its own. */
import type { BackboneFacts, LeftOut } from '#shared/nodes/facts.ts';
import type { LookTaskName } from '#shared/protocol/look.ts';
import { partOf } from '#electron/engine/data/parts.ts';
import type { Brought, BroughtFile } from './brought.ts';
import type { FileSort } from './file-sorts.ts';

export interface Finding {
  /** What it is and how much of it, as a noun phrase that begins a sentence: “300 sounds in 10 folders”. */
  readonly words: string;
  /** What it is for; the sentence says whether that can be done here. */
  readonly task?: LookTaskName;
  readonly samples: number;
  readonly classes?: readonly string[];
  readonly columns?: readonly string[];
  readonly parts?: Readonly<Record<string, number>>;
  readonly leftOut?: readonly LeftOut[];
  /** Where that is not all the templates of the task. */
  readonly can?: readonly string[];
  /** Absolute path of what is used, where it is not what was brought. */
  readonly path?: string;
  readonly examples?: readonly string[];
}

/** What recognisers leave to others: opening a model takes the runtime. */
export interface Aids {
  /** Throws the `model.*` errors. */
  readonly describeBackbone: (path: string) => Promise<BackboneFacts>;
  /** A folder in which folders that were brought together lie as one. */
  readonly together?: string;
}

/** Undefined for anything that is not of its kind. Nothing is written. */
export type Recogniser = (brought: Brought, aids: Aids) => Promise<Finding | undefined>;

export function ofSort({ files }: Brought, ...sorts: readonly FileSort[]): BroughtFile[] {
  return files.filter(({ sort }) => sorts.includes(sort));
}

/** The sort of which there is most; undefined where there is nothing. */
export function mainSort(files: readonly BroughtFile[]): FileSort | undefined {
  const counts = [...Map.groupBy(files, ({ sort }) => sort)].map(([sort, { length }]) => ({ sort, length }));
  return counts.toSorted((left, right) => right.length - left.length)[0]?.sort;
}

/** Files that take no part, by ending, most first. */
export function leftOutOf(files: readonly BroughtFile[]): LeftOut[] {
  return [...Map.groupBy(files, ({ ending }) => ending)]
    .map(([what, { length }]): LeftOut => ({ why: 'ending', what, count: length }))
    .toSorted((left, right) => right.count - left.count);
}

/** How many samples each part has, by the folders they are in; nothing where they are in no parts. */
export function partsOf(files: readonly BroughtFile[]): Record<string, number> {
  const parts = files.flatMap(({ folders }) => folders.map(partOf).find((part) => part !== undefined) ?? []);
  return Object.fromEntries([...Map.groupBy(parts, (part) => part)].map(([part, { length }]) => [part, length]));
}

/** A name without its ending. */
export function stemOf({ name, ending }: BroughtFile): string {
  return name.slice(0, name.length - ending.length);
}

/** A few of many, spread over all of them. */
export function some<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(most, items.length) }, (_, index) => items[Math.floor(index * step)] as Item);
}

/** Pictures shown of what was brought. */
export function examplesOf(pictures: readonly BroughtFile[]): string[] {
  return some(pictures, 12).map(({ path }) => path);
}
