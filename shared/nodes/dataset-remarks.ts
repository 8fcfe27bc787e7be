/** What there is to say of a data folder: what is left out of it, and what its parts lack. */
import { formatCount, formatPlural } from '#shared/core/format.ts';
import type { ErrorCode } from '#shared/messages/catalogue.ts';
import type { DatasetFacts, LeftOut } from '#shared/nodes/facts.ts';

interface Remark {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;
}

/** Endings in a sentence; all others are counted together. */
const endingsNamed = 5;

export function remarks(dataset: DatasetFacts): Remark[] {
  return [
    ...doubtful(dataset),
    ...missing(dataset),
    ...ranges(dataset),
    ...corrected(dataset),
    ...leftOutRemarks(dataset.leftOut),
  ];
}

/** What a person has said of single pictures, and what of that has come to nothing. */
function corrected({ corrected: { moved, leftOut: out, idle } }: DatasetFacts): Remark[] {
  const done = [
    moved > 0 ? `${formatPlural(moved, 'photo is', 'photos are')} taken for another class than the folder says` : '',
    out > 0 ? `${formatPlural(out, 'photo is', 'photos are')} left out` : '',
  ].filter((part) => part !== '');
  return [
    ...(done.length > 0 ? [{ code: 'data.corrected', details: { done: done.join(', ') } } as const] : []),
    ...(idle > 0
      ? [{ code: 'data.corrections-idle', details: { count: formatPlural(idle, 'correction') } } as const]
      : []),
  ];
}

/** What is taken for white in pictures of more than 8 bits. */
function ranges({ ranges: found, examples }: DatasetFacts): Remark[] {
  if (found.length === 0) return [];
  const whites = found.map(({ white, count }) => `0 to ${formatCount(white)} in ${formatCount(count)}`);
  return [
    { code: 'data.deep-numbers', details: { ranges: whites.join(', '), examples: formatCount(examples.length) } },
  ];
}

function doubtful({ unlikely }: DatasetFacts): Remark[] {
  return unlikely.map(({ class: name, part, count }) => ({
    code: part === 'train' ? 'data.class-not-pictures' : 'data.class-doubtful',
    details: { class: name, count: formatCount(count) },
  }));
}

/** Classes without a picture in a part that has some of others. */
function missing({ classes, splitBy, test }: DatasetFacts): Remark[] {
  const parts = (['validation', 'test'] as const).filter((part) =>
    part === 'test' ? test > 0 : splitBy === 'folders',
  );
  return parts.flatMap((part) =>
    classes
      .filter((one) => one[part] === 0 && one.train > 0)
      .map(({ name }): Remark => ({ code: 'data.class-missing', details: { class: name, part } })),
  );
}

/** How each reason is said of one thing; endings are said of all together. */
const sayings: Readonly<Record<Exclude<LeftOut['why'], 'ending'>, (left: LeftOut) => Remark>> = {
  'foreign-class': ({ what, count }) => ({
    code: 'data.class-not-read',
    details: { class: what, count: formatPlural(count, 'file') },
  }),
  'no-class': ({ what, count }) => ({
    code: 'data.folder-without-pictures',
    details: { path: what, count: formatPlural(count, 'file') },
  }),
  'link-again': ({ what, count }) => ({
    code: 'data.links-not-followed',
    details: { path: what, count: formatPlural(count, 'link') },
  }),
  'link-nowhere': ({ what, count }) => ({
    code: 'data.links-broken',
    details: { path: what, count: formatPlural(count, 'broken link') },
  }),
  loose: ({ what, count }) => ({
    code: 'data.pictures-without-class',
    details: { path: what === '' ? 'the folder itself' : what, count: formatPlural(count, 'picture') },
  }),
  beside: ({ what, count }) => ({
    code: 'data.folder-beside',
    details: { path: what, count: formatPlural(count, 'picture') },
  }),
  twin: ({ what, count }) => ({ code: 'data.twins', details: { path: what, count: formatPlural(count, 'picture') } }),
  'not-unpacked': ({ what, count }) => ({
    code: 'data.not-unpacked',
    details: { path: what, count: formatPlural(count, 'entry', 'entries') },
  }),
  'unknown-class': ({ what, count }) => ({
    code: 'data.test-class-unknown',
    details: { class: what, count: formatPlural(count, 'picture') },
  }),
};

/** A remark on each sort of thing that takes no part. */
export function leftOutRemarks(all: readonly LeftOut[]): Remark[] {
  const endings = all.filter(({ why }) => why === 'ending');
  const files: Remark[] =
    endings.length === 0 ? [] : [{ code: 'data.files-not-read', details: { endings: endingList(endings) } }];
  return [...files, ...all.flatMap((left) => (left.why === 'ending' ? [] : [sayings[left.why](left)]))];
}

/** “40 .heic, 3 .bmp and 2 others”. */
export function endingList(endings: readonly Pick<LeftOut, 'what' | 'count'>[]): string {
  const named = endings
    .slice(0, endingsNamed)
    .map(({ what, count }) => `${formatCount(count)} ${what === '' ? 'without an ending' : what}`);
  const others = endings.slice(endingsNamed).reduce((sum, { count }) => sum + count, 0);
  return [...named, ...(others > 0 ? [`${formatCount(others)} others`] : [])].join(', ');
}
