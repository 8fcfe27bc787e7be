/** Rates against torch.optim.lr_scheduler, at every step (test/fixtures/make-references.py). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  afterMeasurement,
  beforePlateau,
  scheduledRate,
  warmedUpRate,
  type PlateauSettings,
  type Schedule,
} from '#shared/core/schedules.ts';

interface Scheduled {
  readonly title: string;
  readonly schedule: Schedule;
  readonly warmup?: { readonly steps: number; readonly startFactor: number };
  readonly rates: readonly number[];
}

interface Measured {
  readonly title: string;
  readonly plateau: PlateauSettings;
  readonly measured: readonly number[];
  readonly rates: readonly number[];
}

const file = fileURLToPath(new URL('../../../fixtures/schedules/references.json', import.meta.url));
const cases = JSON.parse(readFileSync(file, 'utf8')) as (Scheduled | Measured)[];
const base = 0.05;

function expectRates(found: readonly number[], expected: readonly number[]): void {
  found.forEach((rate, step) => {
    const right = expected[step] as number;
    expect(Math.abs(rate - right), `step ${step}`).toBeLessThanOrEqual(1e-6 * right + 1e-15);
  });
}

it.each(cases.filter((one) => 'schedule' in one))('$title', ({ schedule, warmup, rates }) => {
  const rateAt = (_: number, step: number): number =>
    warmup ? warmedUpRate(warmup, schedule, base, step) : scheduledRate(schedule, base, step);
  expectRates(rates.map(rateAt), rates);
});

it.each(cases.filter((one) => 'plateau' in one))('$title', ({ plateau: settings, measured, rates }) => {
  let plateau = beforePlateau(base);
  const found = measured.map((loss) => {
    const { rate } = plateau;
    plateau = afterMeasurement(plateau, loss, settings);
    return rate;
  });
  expectRates(found, rates);
  expect(new Set(rates).size).toBeGreaterThan(2);
});
