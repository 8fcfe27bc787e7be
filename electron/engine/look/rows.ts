/** Rows by name of column, of tables and of JSON alike. */
import type { Brought, BroughtFile } from './brought.ts';
import { jsonOf, recordsOf } from './content.ts';
import { tablesOf } from './tables.ts';

export interface RowsFile {
  readonly file: BroughtFile;
  /** In small letters. */
  readonly columns: readonly string[];
  readonly count: number;
}

/** JSON is told by its first record. */
export function rowsOf(brought: Brought): RowsFile[] {
  const tables = tablesOf(brought).map(({ file, columns, count }) => ({
    file,
    columns: columns.map((name) => name.toLowerCase()),
    count,
  }));
  const lists = jsonOf(brought).flatMap(({ file, value }): RowsFile[] => {
    const records = recordsOf(value);
    return records[0]
      ? [{ file, columns: Object.keys(records[0]).map((name) => name.toLowerCase()), count: records.length }]
      : [];
  });
  return [...tables, ...lists];
}
