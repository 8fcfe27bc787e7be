import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingDisplay } from '#config/desktop-runtime.ts';
import { isStale } from '#config/stale.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

test.each([
  ['linux', {}, 'there is no display'],
  ['linux', { DISPLAY: '' }, 'there is no display'],
  ['linux', { DISPLAY: ':0' }, undefined],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, undefined],
  ['darwin', {}, undefined],
  ['win32', {}, undefined],
] as const)('on %s with %j the window is missing because: %s', (platform, environment, reason) => {
  expect(missingDisplay(environment, platform)).toBe(reason);
});

test('a build is stale when it is missing or anything under its sources is newer', () => {
  const folder = temporaryFolder();
  const [built, sources] = [join(folder, 'out.js'), join(folder, 'sources')];
  const source = join(sources, 'deep', 'a.ts');
  mkdirSync(join(sources, 'deep'), { recursive: true });
  writeFileSync(source, '');
  expect(isStale(built, [sources])).toBe(true);
  writeFileSync(built, '');
  const [early, late] = [new Date(1_000_000), new Date(2_000_000)];
  for (const path of [source, join(sources, 'deep'), sources]) utimesSync(path, early, early);
  utimesSync(built, late, late);
  expect(isStale(built, [sources, join(folder, 'absent')])).toBe(false);
  utimesSync(source, new Date(3_000_000), new Date(3_000_000));
  expect(isStale(built, [sources])).toBe(true);
});
