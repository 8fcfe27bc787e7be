import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DeviceInfo } from '#shared/protocol/run.ts';
import { devicesKey, keepDevices, keptDevices } from '#electron/engine/runtime/kept-devices.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const found: DeviceInfo[] = [
  { device: 'cpu', name: '2 cores', available: true, memoryBytes: 8e9, preferred: false },
  { device: 'webgpu', name: 'GPU', available: true, preferred: true },
  { device: 'cuda', name: 'CUDA', available: false, reason: 'no library', preferred: false },
];
const hour = 3_600_000;
const then = Date.UTC(2026, 0, 1);

describe('the devices found', () => {
  test('are known for a day, in a data home that need not have been there', () => {
    const home = join(temporaryFolder(), 'home');
    const file = join(home, 'devices.json');
    keepDevices(file, 'key', then, found);
    expect(keptDevices(file, 'key', then)).toEqual(found);
    expect(keptDevices(file, 'key', then + 23 * hour)).toEqual(found);
    expect(keptDevices(file, 'key', then + 24 * hour)).toBeUndefined();
    // A clock that was set back tells nothing of how old they are.
    expect(keptDevices(file, 'key', then - hour)).toBeUndefined();
    expect(readdirSync(home)).toEqual(['devices.json']);
  });

  test('are looked for again where runtime or drivers are others', () => {
    const file = join(temporaryFolder(), 'devices.json');
    const runtime = { version: '1.30.0', backends: ['cpu', 'webgpu'] };
    const key = devicesKey(runtime, {});
    expect(devicesKey(runtime, { HOME: '/home' })).toBe(key);
    keepDevices(file, key, then, found);
    for (const other of [
      devicesKey({ ...runtime, version: '1.31.0' }, {}),
      devicesKey({ ...runtime, backends: ['cpu'] }, {}),
      devicesKey(runtime, { VK_DRIVER_FILES: '/driver.json' }),
      devicesKey(runtime, { CUDA_VISIBLE_DEVICES: '1' }),
    ]) {
      expect(keptDevices(file, other, then)).toBeUndefined();
    }
  });

  test('are looked for again where the file is missing or damaged', () => {
    const file = join(temporaryFolder(), 'devices.json');
    expect(keptDevices(file, 'key', then)).toBeUndefined();
    keepDevices(file, 'key', then, found);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 60));
    expect(keptDevices(file, 'key', then)).toBeUndefined();
    writeFileSync(file, JSON.stringify({ key: 'key', found: then, devices: [{ device: 'abacus' }] }));
    expect(keptDevices(file, 'key', then)).toBeUndefined();
  });

  test('that cannot be kept are no failure', () => {
    const file = join(temporaryFolder(), 'taken');
    writeFileSync(file, '');
    keepDevices(join(file, 'devices.json'), 'key', then, found);
    expect(keptDevices(join(file, 'devices.json'), 'key', then)).toBeUndefined();
  });
});
