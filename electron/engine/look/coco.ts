/** COCO's form of notes: one JSON file with `images`, `annotations` and `categories`. */
import { partOf } from '#electron/engine/data/parts.ts';
import { annotated } from './boxed.ts';
import type { Brought, BroughtFile } from './brought.ts';
import { isRecord, jsonOf, namesOf, recordsOf } from './content.ts';
import type { Finding } from './recogniser.ts';

interface CocoFile {
  readonly file: BroughtFile;
  readonly images: number;
  readonly names: readonly string[];
  /** Annotations with an outline, not counting those that are boxes written as one. */
  readonly outlines: number;
  readonly boxes: number;
}

/** @param wanted which of the two forms; files with outlines are of the second, whatever boxes they have besides */
export function cocoFinding(brought: Brought, wanted: 'boxes' | 'outlines'): Finding | undefined {
  const files = jsonOf(brought).flatMap(({ file, value }) => cocoFile(file, value) ?? []);
  const outlined = files.some(({ outlines }) => outlines > 0);
  if (files.length === 0 || outlined !== (wanted === 'outlines')) return undefined;
  const what = files.length === 1 ? 'a COCO file' : `${files.length} COCO files`;
  const finding = annotated(brought, outlined ? 'outline' : 'find', {
    words: `${wanted} in ${what}`,
    files: files.map(({ file }) => file),
    samples: files.reduce((sum, { images }) => sum + images, 0),
    classes: namesOf(files.flatMap(({ names }) => names)),
  });
  const parts = Object.fromEntries(
    files.flatMap(({ file, images }) => (partOf(file.name) ? [[partOf(file.name), images]] : [])),
  );
  return Object.keys(finding.parts ?? {}).length > 0 ? finding : { ...finding, parts };
}

function cocoFile(file: BroughtFile, value: unknown): CocoFile | undefined {
  if (!isRecord(value) || !Array.isArray(value['images']) || !Array.isArray(value['annotations'])) return undefined;
  const annotations = recordsOf(value['annotations']);
  const outlines = annotations.filter(isOutlined).length;
  const boxes = annotations.filter(({ bbox }) => Array.isArray(bbox)).length;
  if (outlines + boxes === 0 && annotations.length > 0) return undefined;
  const names = namesOf(recordsOf(value['categories']).map(({ name }) => name));
  return { file, images: value['images'].length, names, outlines, boxes };
}

/** Tools that know boxes alone write no outline, or the four corners of the box. */
function isOutlined({ segmentation }: Readonly<Record<string, unknown>>): boolean {
  if (isRecord(segmentation)) return true;
  if (!Array.isArray(segmentation)) return false;
  return segmentation.some((polygon) => Array.isArray(polygon) && polygon.length > 0 && !isRectangle(polygon));
}

function isRectangle(polygon: readonly unknown[]): boolean {
  const [xs, ys] = [0, 1].map((axis) => new Set(polygon.filter((_, index) => index % 2 === axis)));
  return polygon.length <= 10 && xs?.size === 2 && ys?.size === 2;
}
