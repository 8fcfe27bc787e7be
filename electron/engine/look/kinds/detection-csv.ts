import { formatPlural } from '#shared/core/format.ts';
import { annotated } from '../boxed.ts';
import { namesOf } from '../content.ts';
import type { Recogniser } from '../recogniser.ts';
import { tablesOf, type Table } from '../tables.ts';

const corners = [
  ['xmin', 'ymin', 'xmax', 'ymax'],
  ['x1', 'y1', 'x2', 'y2'],
  ['x_min', 'y_min', 'x_max', 'y_max'],
] as const;
const files = new Set('filename file image image_id img path image_path filepath image_name'.split(' '));
const labels = new Set('class label name class_name category labels'.split(' '));

/** A table with a row for each box: the picture's name, the box's corners, and its class. */
export const detectionCsv: Recogniser = async (brought) => {
  const found = tablesOf(brought).flatMap((table) => {
    const columns = table.columns.map((name) => name.toLowerCase());
    const file = columns.findIndex((name) => files.has(name));
    if (file === -1 || !corners.some((four) => four.every((name) => columns.includes(name)))) return [];
    return [{ table, file, label: columns.findIndex((name) => labels.has(name)) }];
  });
  if (found.length === 0) return undefined;
  const columnOf = (table: Table, index: number): string[] => table.rows.map((row) => row[index] ?? '');
  const boxes = found.reduce((sum, { table }) => sum + table.count, 0);
  // Few rows are taken apart: of a long table not every picture is known by name.
  const isWhole = found.every(({ table }) => table.rows.length === table.count);
  const pictures = brought.files.filter(({ sort }) => sort === 'picture').length;
  const named = namesOf(found.flatMap(({ table, file }) => columnOf(table, file)));
  const finding = annotated(brought, 'find', {
    words: `${formatPlural(boxes, 'box', 'boxes')} in ${formatPlural(found.length, 'table')}`,
    files: found.map(({ table }) => table.file),
    samples: isWhole || pictures === 0 ? named.length : pictures,
    classes: namesOf(found.flatMap(({ table, label }) => (label === -1 ? [] : columnOf(table, label)))).toSorted(),
  });
  return { ...finding, columns: found[0]?.table.columns ?? [] };
};
