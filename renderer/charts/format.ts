/** Numbers as people read them. All are pure; the locale is fixed so that a screenshot means the same everywhere. */

/** 44,000. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** 3,850 · 77.9 K · 11.2 M: counts where the size matters more than the last digit. */
export function formatShortCount(value: number): string {
  if (value < 10_000) return formatCount(value);
  const units = ['', 'K', 'M', 'B', 'T'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${threeDigits(value / 1000 ** power)} ${units[power]}`;
}

/** Share 0–1 as 51.0 (without the sign, which is set smaller). */
export function formatPercent(share: number): string {
  return (100 * share).toFixed(1);
}

/** 9 ms · 0.2 s · 4 s · 1 min 20 s · 2 h 5 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${trimZero(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return joinUnits(minutes, 'min', whole % 60, 's');
  return joinUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** 320 B · 0.7 MB · 1.2 GB, in powers of 1000 as file managers show them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? Math.round(bytes) : threeDigits(bytes / 1000 ** power)} ${units[power]}`;
}

/** A learning rate or difference: 1e-3 · 7.4e-4 · 0.05. */
export function formatRate(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 0.01 && Math.abs(value) < 1000) return trimZero(value.toPrecision(2));
  const [digits, exponent] = value.toExponential(1).split('e') as [string, string];
  return `${trimZero(digits)}e${exponent.replace('+', '')}`;
}

/** A loss, with as many digits as it carries: 2.413 · 0.0312 · 1.2e-4. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return formatCount(value);
  if (size >= 0.1) return value.toFixed(3);
  return size >= 0.001 ? value.toPrecision(3) : formatRate(value);
}

/** “1 photo”, “12 photos”. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : trimZero(value.toFixed(1));
}

function trimZero(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
