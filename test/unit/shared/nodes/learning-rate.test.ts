import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';
import type { SchedulePart } from '#shared/nodes/recipe.ts';

type Schedule = Omit<SchedulePart, 'node'>;
const schedule = (changes: Partial<Schedule> = {}): Schedule => ({
  kind: 'one-cycle',
  warmup: 0.25,
  startDivisor: 25,
  endDivisor: 1e5,
  stepEpochs: 2,
  stepFactor: 0.1,
  ramp: 0,
  milestones: [1, 3],
  epochFactor: 0.5,
  power: 2,
  restartEpochs: 2,
  restartGrowth: 2,
  plateauPatience: 2,
  ...changes,
});
const peak = 0.02;
/** Rates of a whole run of 101 steps, 10 an epoch: step 1 is 0 % of the way, step 101 all of it. */
const ratesOf = (one: Schedule, steps = 101, stepsPerEpoch = 10): number[] =>
  Array.from({ length: steps }, (_, index) => learningRateAt(one, peak, index + 1, steps, stepsPerEpoch));

describe('one cycle', () => {
  const rates = ratesOf(schedule());

  it('starts at the peak’s 25th, is at the peak after a quarter and ends at its 100,000th', () => {
    expect(rates[0]).toBeCloseTo(peak / 25, 12);
    expect(rates[25]).toBeCloseTo(peak, 12);
    expect(rates[100]).toBeCloseTo(peak / 1e5, 12);
  });

  it('goes up along half a cosine and down along another', () => {
    // Half-way up and half-way down a cosine is the mean of its ends.
    expect(ratesOf(schedule({ warmup: 0.5 }))[25]).toBeCloseTo((peak / 25 + peak) / 2, 12);
    expect(ratesOf(schedule({ warmup: 0.5 }))[75]).toBeCloseTo((peak + peak / 1e5) / 2, 12);
    rates.slice(1).forEach((rate, index) => {
      if (index < 25) expect(rate).toBeGreaterThan(rates[index] as number);
      else expect(rate).toBeLessThan(rates[index] as number);
    });
  });

  it('without warm-up only goes down', () => {
    const down = ratesOf(schedule({ warmup: 0 }));
    expect(down[0]).toBeCloseTo(peak, 12);
    expect(down[100]).toBeCloseTo(peak / 1e5, 12);
  });
});

describe('cosine', () => {
  const rates = ratesOf(schedule({ kind: 'cosine' }), 100);

  it('starts at the peak, is half of it half-way, and has one step left at its end', () => {
    expect(rates[0]).toBeCloseTo(peak, 12);
    expect(rates[50]).toBeCloseTo(peak / 2, 12);
    expect(rates[99]).toBeCloseTo((peak * (1 - Math.cos(Math.PI / 100))) / 2, 12);
    expect(rates[99]).toBeGreaterThan(0);
  });
});

describe('steps', () => {
  it('drop by their factor after so many epochs, at the first step of the next', () => {
    const rates = ratesOf(schedule({ kind: 'step' }), 60);
    const expected = [peak, peak * 0.1, peak * 0.01];
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(expected[Math.floor(index / 20)] as number, 14));
  });
});

it('constant is constant', () => {
  expect(new Set(ratesOf(schedule({ kind: 'constant' })))).toEqual(new Set([peak]));
});

const kinds = [
  'constant',
  'cosine',
  'step',
  'one-cycle',
  'multi-step',
  'exponential',
  'polynomial',
  'cosine-restarts',
  'plateau',
] as const;

describe('the others', () => {
  const shares = (changes: Partial<Schedule>, steps = 60): number[] =>
    ratesOf(schedule(changes), steps).map((rate) => rate / peak);

  it('drop at the epochs they are told', () => {
    const rates = shares({ kind: 'multi-step' });
    rates.forEach((rate, step) => expect(rate).toBeCloseTo(step < 10 ? 1 : step < 30 ? 0.1 : 0.01, 12));
  });

  it('fall by their factor over an epoch', () => {
    const rates = shares({ kind: 'exponential' });
    expect(rates[10]).toBeCloseTo(0.5, 12);
    expect(rates[25]).toBeCloseTo(0.5 ** 2.5, 12);
  });

  it('fall to 0 along a power', () => {
    expect(shares({ kind: 'polynomial' })[30]).toBeCloseTo(0.25, 12);
  });

  it('begin anew after a fall, and fall slower', () => {
    const rates = shares({ kind: 'cosine-restarts' });
    // Falls of 20 and 40 steps.
    expect([rates[0], rates[10], rates[20], rates[40]].map((rate) => rate?.toFixed(12))).toEqual(
      [1, 0.5, 1, 0.5].map((rate) => rate.toFixed(12)),
    );
  });

  it('leave a plateau to the losses', () => {
    expect(new Set(shares({ kind: 'plateau' }))).toEqual(new Set([1]));
  });
});

describe('a linear warm-up', () => {
  it('rises in even steps, and the schedule has what is left of the run', () => {
    const steps = 100;
    for (const kind of kinds.filter((one) => one !== 'one-cycle' && one !== 'plateau')) {
      const rates = ratesOf(schedule({ kind, ramp: 0.2 }), steps);
      rates.slice(0, 20).forEach((rate, step) => expect(rate).toBeCloseTo((peak * (step + 1)) / 21, 12));
      expect(rates.slice(20)).toEqual(ratesOf(schedule({ kind }), 80));
    }
  });

  it('is no part of one cycle, which has its own', () => {
    expect(ratesOf(schedule({ ramp: 0.2 }))).toEqual(ratesOf(schedule()));
  });
});

it.each(kinds)('a run of one step is all peak: %s', (kind) => {
  expect(learningRateAt(schedule({ kind }), peak, 1, 1, 1)).toBe(peak);
});

it('no schedule leaves 0 to the peak, wherever it is asked', () => {
  const any = fc.record({
    kind: fc.constantFrom(...kinds),
    // The ranges of the schedule node.
    warmup: fc.double({ min: 0, max: 0.95, noNaN: true }),
    startDivisor: fc.double({ min: 1, max: 1e6, noNaN: true }),
    endDivisor: fc.double({ min: 1, max: 1e9, noNaN: true }),
    stepEpochs: fc.integer({ min: 1, max: 50 }),
    stepFactor: fc.double({ min: 0.01, max: 1, noNaN: true }),
    ramp: fc.double({ min: 0, max: 0.5, noNaN: true }),
    milestones: fc.array(fc.integer({ min: 1, max: 50 })),
    epochFactor: fc.double({ min: 0.01, max: 1, noNaN: true }),
    power: fc.double({ min: 0.1, max: 10, noNaN: true }),
    restartEpochs: fc.integer({ min: 1, max: 50 }),
    restartGrowth: fc.integer({ min: 1, max: 10 }),
    plateauPatience: fc.integer({ min: 0, max: 10 }),
  });
  const place = fc
    .integer({ min: 1, max: 5000 })
    .chain((steps) => fc.tuple(fc.constant(steps), fc.integer({ min: 1, max: steps })));
  fc.assert(
    fc.property(any, place, fc.integer({ min: 1, max: 300 }), (one, [steps, step], stepsPerEpoch) => {
      const rate = learningRateAt(one, peak, step, steps, stepsPerEpoch);
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(peak * (1 + 1e-12));
    }),
    { numRuns: 500 },
  );
});
