/** What all formats of pictures with boxes or outlines in files of their own have in common. */
import { formatPlural } from '#shared/core/format.ts';
import { partOf } from '#electron/engine/data/parts.ts';
import type { Brought, BroughtFile } from './brought.ts';
import { examplesOf, leftOutOf, ofSort, partsOf, type Finding } from './recogniser.ts';

interface Notes {
  /** What they are, after “with”: “boxes in 80 VOC files”. */
  readonly words: string;
  /** Files they are in. */
  readonly files: readonly BroughtFile[];
  /** Other files that belong to them, such as a list of names. */
  readonly besides?: readonly BroughtFile[];
  /** Pictures they speak of. */
  readonly samples: number;
  readonly classes: readonly string[];
}

export function annotated(brought: Brought, task: 'find' | 'outline', notes: Notes): Finding {
  const pictures = ofSort(brought, 'picture');
  const used = new Set([...pictures, ...notes.files, ...(notes.besides ?? [])]);
  const isAlone = pictures.length === 0;
  const samples = isAlone ? notes.samples : pictures.length;
  const more = brought.more ? 'More than ' : '';
  const silent = isAlone ? 0 : Math.max(0, pictures.length - notes.samples);
  const without = silent === 0 ? '' : `, nothing being said of ${formatPlural(silent, 'photo')}`;
  const absent = isAlone ? ', which are not beside them' : '';
  return {
    words: `${more}${formatPlural(samples, 'photo')}${absent}, with ${notes.words}${without}`.replace(
      /^(\S+ \S+), with/u,
      '$1 with',
    ),
    task,
    samples,
    classes: notes.classes,
    parts: isAlone ? {} : { ...partsByFile(notes), ...partsOf(pictures) },
    leftOut: leftOutOf(brought.files.filter((file) => !used.has(file))),
    examples: examplesOf(pictures),
  };
}

/** Parts that have a file of notes each, such as `instances_train.json`. */
function partsByFile({ files, samples }: Notes): Record<string, number> {
  const [only, ...others] = files;
  const part = only && partOf(only.name);
  return part !== undefined && others.length === 0 ? { [part]: samples } : {};
}
