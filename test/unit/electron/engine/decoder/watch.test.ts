/** What pictures are held to: looks at a decoder that only exists in numbers. */
import { expect, test } from 'vitest';
import type { Running } from '#electron/engine/decoder/lanes.ts';
import { lookSeconds, Watch, type Verdict } from '#electron/engine/decoder/watch.ts';

const mebibyte = 2 ** 20;
const one = (serial: number, more: Partial<Running> = {}): Running => ({
  serial,
  job: 0,
  index: serial,
  bytes: 10 * mebibyte,
  patience: 1,
  ...more,
});

interface Looking {
  readonly running?: readonly Running[];
  /** Share of one processor that is busy. */
  readonly busy?: number;
  readonly memory?: number;
  readonly elapsed?: number;
}

function look(watch: Watch, { running = [], busy = 1, memory = 0, elapsed = lookSeconds }: Looking): Verdict {
  return watch.look({ elapsed, processor: busy * elapsed, memory, running });
}

/** Looks until the watch ends it. @returns seconds it took, and whether it had been paused before */
function untilEnd(watch: Watch, looking: Looking): { seconds: number; why: string; limit: number; wasPaused: boolean } {
  let wasPaused = false;
  for (let looks = 1; looks < 10_000; looks++) {
    const verdict = look(watch, looking);
    if (verdict.kind === 'end')
      return { seconds: looks * lookSeconds, why: verdict.why, limit: verdict.limit, wasPaused };
    wasPaused ||= verdict.isPaused;
  }
  throw new Error('it goes on for ever');
}

test('a picture that takes the processor too long is ended, and has been alone before', () => {
  const end = untilEnd(new Watch(2, 1e9), { running: [one(1)] });
  expect(end).toMatchObject({ why: 'time', limit: 2, wasPaused: true });
  expect(end.seconds).toBeCloseTo(2, 0);
});

test('one that may take longer is given longer', () => {
  expect(untilEnd(new Watch(2, 1e9), { running: [one(1, { patience: 2 })] })).toMatchObject({ limit: 4 });
});

test('time in which the machine does something else, or sleeps, is not the picture’s', () => {
  const busy = untilEnd(new Watch(2, 1e9), { running: [one(1)], busy: 0.25 });
  expect(busy.seconds).toBeCloseTo(8, 0);
  const watch = new Watch(2, 1e9);
  for (let looks = 0; looks < 10; looks++) {
    expect(look(watch, { running: [one(1)], busy: 0, elapsed: 3600 }).kind).toBe('go on');
  }
});

test('several share what was taken, and the next picture of a lane begins with nothing', () => {
  const watch = new Watch(2, 1e9);
  const both = untilEnd(watch, { running: [one(1), one(2)] });
  expect(both.seconds).toBeCloseTo(4, 0);
  for (let serial = 10; serial < 200; serial++) expect(look(watch, { running: [one(serial)] }).kind).toBe('go on');
});

test('what nothing comes of ends, too', () => {
  expect(untilEnd(new Watch(2, 1e9), { running: [one(1)], busy: 0 })).toMatchObject({ why: 'stall', limit: 30 });
});

test('memory beyond what headers said, and something to spare, ends it', () => {
  const watch = new Watch(2, 1024 * mebibyte);
  const rest = 100 * mebibyte;
  look(watch, { memory: rest });
  const running = [one(1, { bytes: 100 * mebibyte })];
  expect(look(watch, { memory: rest + 400 * mebibyte, running }).kind).toBe('go on');
  expect(look(watch, { memory: rest + 410 * mebibyte, running })).toMatchObject({ kind: 'end', why: 'memory' });
});

test('however much was thought to be needed, all together stay within what all may take and something to spare', () => {
  const watch = new Watch(2, 1024 * mebibyte);
  look(watch, { memory: 0 });
  const running = [one(1, { bytes: 512 * mebibyte }), one(2, { bytes: 512 * mebibyte })];
  expect(look(watch, { memory: 1279 * mebibyte, running }).kind).toBe('go on');
  expect(look(watch, { memory: 1281 * mebibyte, running })).toMatchObject({ kind: 'end', why: 'memory' });
});
