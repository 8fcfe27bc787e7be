/** Metrics as charts and results show them; counts, sizes, rates and times are in shared/core/format.ts. */
import { formatCount, formatRate } from '#shared/core/format.ts';

/** Share 0–1 as 51.0, for where the sign is set smaller or stands in a heading. */
export function percentFigure(share: number): string {
  return (100 * share).toFixed(1);
}

/** A loss, with as many digits as it carries: 2.413 · 0.0312 · 1.2e-4. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return formatCount(value);
  if (size >= 0.1) return value.toFixed(3);
  return size >= 0.001 ? value.toPrecision(3) : formatBriefly(value);
}

/** Two digits of a rate or difference that is measured, not typed: 7.4e-4. */
export function formatBriefly(value: number): string {
  return formatRate(Number(value.toPrecision(2)));
}
