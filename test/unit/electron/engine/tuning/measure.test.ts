import { expect, test } from 'vitest';
import { decide } from '#electron/engine/tuning/measure.ts';

const way = (name: string, fastest: number, quartile = fastest, isSteady = true) => ({
  name,
  fastest,
  quartile,
  isSteady,
});

test.each([
  ['the fastest', [way('usual', 10), way('other', 8), way('third', 9)], 'other'],
  ['the usual one where it is the fastest', [way('other', 12), way('usual', 10)], 'usual'],
  ['the usual one where another is hardly faster', [way('usual', 10), way('other', 9.6)], 'usual'],
  ['the usual one where another was faster at best alone', [way('usual', 10, 10), way('other', 9, 10.5)], 'usual'],
  ['nothing while the usual one wavers', [way('usual', 10, 15, false), way('other', 9.8)], undefined],
  ['nothing while the fastest wavers', [way('usual', 10), way('other', 8, 11, false)], undefined],
  [
    'what is ordinarily faster than the usual one at best',
    [way('usual', 10, 15, false), way('other', 5, 8, false)],
    'other',
  ],
  ['what is sure, whatever a slow one does', [way('usual', 10), way('other', 5), way('third', 30, 60, false)], 'other'],
])('takes %s', (_, ways, choice) => {
  const measured = decide(ways, 'usual');
  expect(measured.choice).toBe(choice);
  expect(measured.ms).toEqual(Object.fromEntries(ways.map(({ name, fastest }) => [name, fastest])));
});
