/** Tables of text: which columns, how many rows, and what stands in the first of them. */
import { readStart } from './content.ts';
import type { Brought, BroughtFile } from './brought.ts';
import { ofSort } from './recogniser.ts';

/** Bytes that are read; rows beyond are not counted. */
const readBytes = 64 * 2 ** 20;
/** Rows that are taken apart. */
const lookedAt = 200;
/** Tables that are opened. */
const opened = 32;

export interface Table {
  readonly file: BroughtFile;
  readonly columns: readonly string[];
  /** Without the line of names. */
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly more: boolean;
  /** The first ones, as text. */
  readonly rows: readonly (readonly string[])[];
}

const known = new WeakMap<Brought, readonly Table[]>();

/** Several recognisers ask, and one look reads each table once. */
export function tablesOf(brought: Brought): readonly Table[] {
  const found = known.get(brought) ?? ofSort(brought, 'table').slice(0, opened).map(readTable);
  known.set(brought, found);
  return found;
}

/** A table by its text, separated by what splits its first line into the most columns. */
function readTable(file: BroughtFile): Table {
  const text = readStart(file.path, readBytes + 1);
  const more = text.length > readBytes;
  const firstLine = text.slice(0, text.search(/[\r\n]|$/u));
  const separator = [',', ';', '\t', '|'].reduce((best, one) =>
    firstLine.split(one).length > firstLine.split(best).length ? one : best,
  );
  const { rows: all, count: lines } = parseRows(text, separator, lookedAt);
  const [first = [], ...rows] = all;
  // A first line of nothing but numbers is data already.
  const isNamed = first.some((cell) => cell.trim() !== '' && Number.isNaN(Number(cell)));
  return {
    file,
    columns: isNamed ? first.map((cell) => cell.trim()) : first.map((_, index) => `column ${index + 1}`),
    count: Math.max(0, isNamed ? lines - 1 : lines),
    more,
    rows: isNamed ? rows : [first, ...rows],
  };
}

/** Cells in quotes may hold separators, quotes and line ends (RFC 4180). @param most rows that are kept; all are counted */
function parseRows(text: string, separator: string, most: number): { rows: string[][]; count: number } {
  const rows: string[][] = [];
  let count = 0;
  let cell = '';
  let row: string[] = [];
  let isQuoted = false;
  let isStart = true;
  const endRow = (): void => {
    row.push(cell);
    const isEmpty = row.length === 1 && cell === '';
    if (!isEmpty && count++ < most) rows.push(row);
    [row, cell, isStart] = [[], '', true];
  };
  for (let at = 0; at < text.length; at++) {
    const one = text[at] as string;
    if (isQuoted && one === '"' && text[at + 1] === '"') cell += text[at++];
    else if (one === '"' && (isQuoted || isStart)) [isQuoted, isStart] = [!isQuoted, false];
    else if (one === separator && !isQuoted) {
      row.push(cell);
      [cell, isStart] = ['', true];
    } else if (one === '\n' && !isQuoted) endRow();
    else if (one !== '\r' || isQuoted) [cell, isStart] = [cell + one, false];
  }
  if (cell !== '' || row.length > 0) endRow();
  return { rows, count };
}
