import { formatPlural } from '#shared/core/format.ts';
import { partOf } from '#electron/engine/data/parts.ts';
import type { Brought } from '../brought.ts';
import { isRecord, jsonOf, namesOf, recordsOf } from '../content.ts';
import { countOf, listed } from '../file-sorts.ts';
import { leftOutOf, mainSort, ofSort, type Finding, type Recogniser } from '../recogniser.ts';
import { tablesOf, type Table } from '../tables.ts';

/** Words from which on a cell is a text, and not a name. */
const wordsOfText = 4;

/** Rows of text in columns; several with the same columns are parts of one. */
export const table: Recogniser = async (brought) => {
  const found = tablesOf(brought);
  if (found.length > 0 && mainSort(brought.files) === 'table') return tables(brought, found);
  const sheets = ofSort(brought, 'sheet');
  if (sheets[0] && mainSort(brought.files) === 'sheet')
    return { words: `${countOf('table', sheets.length)} in ${sheets[0].ending}, which is not read yet`, samples: 0 };
  return records(brought);
};

function tables(brought: Brought, found: readonly Table[]): Finding {
  const [first] = found as readonly [Table, ...Table[]];
  const leftOut = leftOutOf(brought.files.filter(({ sort }) => sort !== 'table'));
  const samples = found.reduce((sum, { count }) => sum + count, 0);
  const isOne = found.every(({ columns }) => columns.join('\n') === first.columns.join('\n'));
  if (!isOne) {
    const names = listed(found.slice(0, 5).map(({ file, count }) => `${file.name} of ${formatPlural(count, 'row')}`));
    const words = `${countOf('table', found.length)} with different columns (${names}), of which one is taken at a time`;
    return { words, task: 'predict-column', can: [], samples, leftOut };
  }
  const more = found.some((one) => one.more) ? 'more than ' : '';
  const size = `${more}${formatPlural(samples, 'row')} and ${formatPlural(first.columns.length, 'column')}`;
  return {
    words: `${found.length === 1 ? 'A table' : `${countOf('table', found.length)} in one`} of ${size}`,
    task: holdsText(first) ? 'sort-texts' : 'predict-column',
    samples,
    columns: first.columns,
    parts: partsByName(found),
    leftOut,
  };
}

function partsByName(found: readonly Table[]): Record<string, number> {
  const named = found.map(({ file, count }) => ({ part: partOf(file.name.slice(0, -file.ending.length)), count }));
  if (found.length === 1 || named.some(({ part }) => part === undefined)) return {};
  return Object.fromEntries(named.map(({ part, count }) => [part as string, count]));
}

/** Whether one of a few columns is of sentences. */
function holdsText({ columns, rows }: Table): boolean {
  if (columns.length > 3 || rows.length === 0) return false;
  const words = columns.map((_, index) =>
    rows.reduce((sum, row) => sum + (row[index] ?? '').trim().split(/\s+/u).length, 0),
  );
  return words.some((count) => count / rows.length >= wordsOfText);
}

/** Lines of JSON that are alike. */
function records(brought: Brought): Finding | undefined {
  if (mainSort(brought.files) !== 'json') return undefined;
  const rows = jsonOf(brought).flatMap(({ value }) => recordsOf(value));
  const columns = namesOf(rows.slice(0, 100).flatMap((row) => Object.keys(row)));
  const isFlat = rows.slice(0, 100).every((row) => !Object.values(row).some(isRecord));
  if (rows.length === 0 || columns.length === 0 || !isFlat) return undefined;
  return {
    words: `${formatPlural(rows.length, 'row')} of JSON with ${formatPlural(columns.length, 'column')}`,
    task: columns.includes('text') ? 'sort-texts' : 'predict-column',
    samples: rows.length,
    columns,
    leftOut: leftOutOf(brought.files.filter(({ sort }) => sort !== 'json')),
  };
}
