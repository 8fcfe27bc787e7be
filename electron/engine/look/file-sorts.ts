/** Sorts of files by their endings, as they are counted where somebody is told what they brought. */
import { formatPlural } from '#shared/core/format.ts';
import { isForeignPicture, isPictureEnding } from '#electron/engine/data/picture-format.ts';

export const fileSorts = [
  'picture',
  'foreign',
  'sound',
  'table',
  'sheet',
  'json',
  'xml',
  'text',
  'model',
  'weights',
  'project',
  'archive',
  'other',
] as const;
export type FileSort = (typeof fileSorts)[number];

/** How some are counted, and by which endings they are known; pictures are known elsewhere. */
const sorts: Readonly<Record<FileSort, { readonly one: string; readonly many?: string; readonly endings: string }>> = {
  picture: { one: 'picture', endings: '' },
  foreign: { one: 'picture in another format', many: 'pictures in other formats', endings: '' },
  sound: { one: 'sound', endings: '.wav .mp3 .flac .ogg .oga .opus .m4a .aac .aif .aiff .wma' },
  table: { one: 'table', endings: '.csv .tsv .tab' },
  sheet: {
    one: 'table in another format',
    many: 'tables in other formats',
    endings: '.xlsx .xls .ods .parquet .arff .feather',
  },
  json: { one: 'JSON file', endings: '.json .jsonl .ndjson' },
  xml: { one: 'XML file', endings: '.xml' },
  text: { one: 'text', endings: '.txt .md .text' },
  model: { one: 'ONNX model', endings: '.onnx' },
  weights: { one: 'weight file', endings: '.safetensors .pt .pth .ckpt .h5 .hdf5 .keras .tflite .pb .msgpack .gguf' },
  project: { one: 'project', endings: '.graft' },
  archive: { one: 'archive', endings: '.zip .tar .gz .tgz .7z .rar .xz .bz2' },
  other: { one: 'other file', endings: '' },
};

const byEnding: ReadonlyMap<string, FileSort> = new Map(
  fileSorts.flatMap((sort) => sorts[sort].endings.split(' ').map((ending) => [ending, sort] as const)),
);

/** @param ending small, with its dot; '' for none */
export function sortOf(ending: string): FileSort {
  if (isPictureEnding(ending)) return 'picture';
  if (isForeignPicture(ending)) return 'foreign';
  return ending === '' ? 'other' : (byEnding.get(ending) ?? 'other');
}

/** “3 tables”. */
export function countOf(sort: FileSort, count: number): string {
  const { one, many } = sorts[sort];
  return formatPlural(count, one, many);
}

/** “a”, “a and b”, “a, b and c”. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
