import { expect, it } from 'vitest';
import { killRuns } from '#test/endurance/kills.ts';

const kills = Number(process.env['GRAFT_KILLS'] ?? 100);
const seed = Number(process.env['GRAFT_SEED'] ?? Date.now() % 1_000_000);

it(`loses nothing over ${kills} kills (seed ${seed})`, async ({ skip }) => {
  skip(process.platform === 'win32', 'processes are found by “ps”, which Windows has not');
  const found = await killRuns({ kills, seed });
  expect(found.faults).toEqual([]);
  expect(found.kills).toBeGreaterThanOrEqual(kills);
});
