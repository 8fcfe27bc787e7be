/** What is kept of a look at the devices between processes; a fresh copy of the module stands for each of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import type { DeviceInfo } from '#shared/protocol/run.ts';
import type * as devices from '#electron/engine/runtime/devices.ts';
import { temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
afterAll(() => home.remove());
const file = join(home.path, 'devices.json');

interface Kept {
  readonly devices: DeviceInfo[];
}

const kept = (): Kept => JSON.parse(readFileSync(file, 'utf8')) as Kept;

function anotherProcess(): Promise<typeof devices> {
  vi.resetModules();
  return import('#electron/engine/runtime/devices.ts');
}

it('auto goes by the last look at the devices, and a look at them is always a fresh one', async () => {
  const found = await (await anotherProcess()).listDevices();
  expect(kept().devices).toEqual(found);

  // A look would write the names anew.
  const marked = found.map((info) => ({ ...info, name: 'as kept', preferred: info.device === 'cpu' }));
  writeFileSync(file, JSON.stringify({ ...kept(), devices: marked }));
  const next = await anotherProcess();
  expect(await next.chooseDevice('auto')).toBe('cpu');
  expect(kept().devices.map(({ name }) => name)).toEqual(marked.map(({ name }) => name));

  const usable = (listed: readonly DeviceInfo[]) => listed.map(({ device, available }) => [device, available]);
  expect(usable(await next.listDevices())).toEqual(usable(found));
  expect(kept().devices.some(({ name }) => name === 'as kept')).toBe(false);
  expect(await next.chooseDevice('auto')).toBe(kept().devices.find(({ preferred }) => preferred)?.device);
});

it('auto looks afresh when the device it kept is gone', async () => {
  const found = await (await anotherProcess()).listDevices();
  const gone = process.platform === 'darwin' ? 'dml' : 'coreml';
  const changed = found.map((info) => ({ ...info, preferred: info.device === gone }));
  writeFileSync(file, JSON.stringify({ ...kept(), devices: changed }));
  const chosen = await (await anotherProcess()).chooseDevice('auto');
  expect(chosen).not.toBe(gone);
  expect(kept().devices.find(({ preferred }) => preferred)?.device).toBe(chosen);
});
