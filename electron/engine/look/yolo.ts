/** YOLO's form of notes: a text for each picture, a line for each thing, its class by number and shares of the picture. */
import { annotated } from './boxed.ts';
import type { Brought } from './brought.ts';
import { namesOf, readStart } from './content.ts';
import { ofSort, some, stemOf, type Finding } from './recogniser.ts';

/** Texts that are opened, and bytes of one that are read. */
const opened = 40;
const longest = 1 << 16;
const nameFiles = /^(?:classes|obj|labels?)\.(?:txt|names)$/iu;

/** @param wanted which of the two forms: four numbers behind the class, or the points of a polygon */
export function yoloFinding(brought: Brought, wanted: 'boxes' | 'outlines'): Finding | undefined {
  const stems = new Set(ofSort(brought, 'picture').map(stemOf));
  const texts = ofSort(brought, 'text').filter(({ ending }) => ending === '.txt');
  const settings = brought.files.filter(({ ending }) => ending === '.yaml' || ending === '.yml');
  const nameLists = brought.files.filter(({ name }) => nameFiles.test(name));
  const files = texts.filter((file) => (stems.size === 0 ? isInLabels(file.folders) : stems.has(stemOf(file))));
  const lines = some(files, opened).flatMap(({ path }) => linesOf(readStart(path, longest)));
  if (lines.length === 0 || !lines.every(isNote)) return undefined;
  const outlined = lines.some((line) => line.length > 6);
  if (outlined !== (wanted === 'outlines')) return undefined;
  const spoken = new Set(files.map(stemOf));
  const named = [
    ...settings.map(({ path }) => namesInSettings(readStart(path, longest))),
    ...nameLists.map(({ path }) => linesOf(readStart(path, longest)).map((line) => line.join(' '))),
  ];
  const numbers = namesOf(lines.map(([first]) => first)).toSorted((left, right) => Number(left) - Number(right));
  return annotated(brought, outlined ? 'outline' : 'find', {
    words: `${wanted} in ${files.length} YOLO ${files.length === 1 ? 'file' : 'files'}`,
    files,
    besides: [...settings, ...nameLists],
    samples:
      stems.size === 0 ? files.length : ofSort(brought, 'picture').filter((file) => spoken.has(stemOf(file))).length,
    classes: named.find((names) => names.length > 0) ?? numbers,
  });
}

function isInLabels(folders: readonly string[]): boolean {
  return folders.some((folder) => /^labels/iu.test(folder));
}

function linesOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/u))
    .filter(([first]) => first !== '');
}

/** A class and a box, perhaps how sure it is, or a class and at least three points. */
function isNote(words: readonly string[]): boolean {
  const [first = '', ...shares] = words;
  const isLong = words.length === 5 || words.length === 6 || (words.length >= 7 && words.length % 2 === 1);
  return (
    isLong &&
    /^\d+$/u.test(first) &&
    shares.every((share) => share !== '' && Number(share) >= -0.5 && Number(share) <= 1.5)
  );
}

/** `names: [a, b]`, or a line each behind `-` or a number. */
function namesInSettings(text: string): string[] {
  const clean = (name: string): string => name.trim().replaceAll(/^['"]|['"]$/gu, '');
  const inline = /^names:\s*\[([^\]]*)\]/mu.exec(text)?.[1];
  if (inline !== undefined) return inline.split(',').map(clean).filter(Boolean);
  const block = /^names:\s*\n((?:[ \t]*(?:-|\d+:)[^\n]*\n?)+)/mu.exec(text)?.[1] ?? '';
  return block
    .split('\n')
    .map((line) => clean(line.replace(/^\s*(?:-|\d+:)/u, '')))
    .filter(Boolean);
}
