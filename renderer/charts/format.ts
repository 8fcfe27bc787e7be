/** Metrics as people read them; sizes, counts, rates and times are in ui/numbers.ts. */
import { formatCount, formatRate } from '#renderer/ui/numbers.ts';

/** Share 0–1 as 51.0, without the sign, which is set smaller. */
export function formatPercent(share: number): string {
  return (100 * share).toFixed(1);
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
