/** Numbers as people read them: English digits and points everywhere, a space before the unit. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `763,590`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** Three significant digits of `value` without an exponent: 11.2, 129, 0.654. Never rounds up to four digits. */
function threeDigits(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/u, '') : text;
}

interface Scale {
  readonly factor: number;
  readonly unit: string;
}

const counts: readonly Scale[] = [
  { factor: 1e9, unit: ' B' },
  { factor: 1e6, unit: ' M' },
  { factor: 1e3, unit: ' K' },
];

const bytes: readonly Scale[] = [
  { factor: 1e12, unit: ' TB' },
  { factor: 1e9, unit: ' GB' },
  { factor: 1e6, unit: ' MB' },
  { factor: 1e3, unit: ' kB' },
];

/** Picks the largest scale whose rounded figure is at least 1, so that 999,999 is 1 M and not 1000 K. */
function scaled(value: number, scales: readonly Scale[], smallest: (value: number) => string): string {
  const scale = scales.find(({ factor }) => value >= factor * 0.9995);
  return scale ? `${threeDigits(value / scale.factor)}${scale.unit}` : smallest(value);
}

/** `11.2 M`, `10.4 K`, `672`. */
export function formatShortCount(count: number): string {
  return scaled(count, counts, formatCount);
}

/** `650 kB`, `3.1 MB`: powers of ten, as file managers show them. */
export function formatBytes(count: number): string {
  return scaled(count, bytes, (value) => `${formatCount(value)} B`);
}

/** `9 ms`, `4.2 s`, `3 min 20 s`, `1 h 5 min`. Takes seconds. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${formatCount(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/u, '')} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return pair(Math.floor(total / 60), 'min', total % 60, 's');
  const minutes = Math.round(seconds / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `51.0 %` for 0.51. */
export function formatPercent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** A learning rate or another setting as it would be typed, without float noise: `0.001`, `7.4e-4`, `30`. */
export function formatRate(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const clean = Number(value.toPrecision(6));
  return size < 1e-3 || size >= 1e6 ? clean.toExponential().replace('e+', 'e') : String(clean);
}

/** `32×3×64×64`. */
export function formatShape(shape: readonly number[]): string {
  return shape.join('×');
}

/** `1 picture`, `20 pictures`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Text that may be of any length, as a person can read it: beyond `most` characters the middle is left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${text.slice(0, most - end - 1)}…${text.slice(text.length - end)}`;
}
