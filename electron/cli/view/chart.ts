/** A small line chart in braille dots: two columns and four rows of dots to a character. */

/** Bits of the dots of one character, by column and row. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const blank = 0x2800;

export interface ChartOptions {
  /** Characters, axis labels included. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
}

/** Lines of text with the largest and smallest value at the left; empty without two finite values. */
export function drawChart(values: readonly number[], { width, height }: ChartOptions): string[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return [];
  const low = finite.reduce((least, value) => Math.min(least, value));
  const high = finite.reduce((most, value) => Math.max(most, value));
  const labels = [label(high), label(low)];
  const margin = Math.max(...labels.map(({ length }) => length));
  const columns = Math.max(1, width - margin - 2);
  const cells = plot(resampleMeans(finite, columns * 2), low, high, columns, height);
  return cells.map((row, line) => {
    const text = line === 0 ? labels[0] : line === height - 1 ? labels[1] : '';
    return `${(text ?? '').padStart(margin)} ┤${String.fromCharCode(...row.map((bits) => blank + bits))}`;
  });
}

function plot(points: readonly number[], low: number, high: number, columns: number, height: number): number[][] {
  const cells = Array.from({ length: height }, () => Array.from({ length: columns }, () => 0));
  const last = height * 4 - 1;
  const rowOf = (value: number): number => (high === low ? last : Math.round(((high - value) / (high - low)) * last));
  let previous: number | undefined;
  for (const [x, value] of points.entries()) {
    const y = rowOf(value);
    // Joins a steep step with a vertical stroke, so that the line has no holes.
    for (let dot = Math.min(y, previous ?? y); dot <= Math.max(y, previous ?? y); dot++) {
      const row = cells[dot >> 2];
      if (row) row[x >> 1] = (row[x >> 1] ?? 0) | (dots[x % 2 === 0 ? 0 : 1][dot % 4] ?? 0);
    }
    previous = y;
  }
  return cells;
}

/** As many values as fit: means of equal parts of a long series, a short one stretched. */
function resampleMeans(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const start = Math.floor((index * values.length) / count);
    const end = Math.max(start + 1, Math.floor(((index + 1) * values.length) / count));
    const part = values.slice(start, end);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function label(value: number): string {
  return value.toPrecision(3).slice(0, 7);
}
