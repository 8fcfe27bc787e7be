import { expect, onTestFinished, test, vi } from 'vitest';
import { bridgeName, pageOrigin, portChannel, portMessageType, type Bridge } from '#shared/protocol/bridge.ts';
import { told } from '../main/electron-stand-in.ts';

vi.mock('electron', () => import('../main/electron-stand-in.ts'));

test('the preload hands the window paths of dropped files and one end of a channel, and nothing else', async () => {
  const received: { data: unknown; origin: string; ports: MessagePort[] }[] = [];
  const page = Object.assign(new EventTarget(), {
    postMessage: (data: unknown, origin: string, ports: MessagePort[]) => received.push({ data, origin, ports }),
  });
  vi.stubGlobal('window', page);
  onTestFinished(() => void vi.unstubAllGlobals());
  await import('#electron/preload/preload.ts');

  expect([...told.bridge.keys()]).toEqual([bridgeName]);
  const bridge = told.bridge.get(bridgeName) as Bridge;
  expect(Object.keys(bridge)).toEqual(['pathForFile']);
  expect(bridge.pathForFile(new File([], 'photos'))).toBe('/dropped/photos');

  expect(received).toEqual([]);
  page.dispatchEvent(new Event('DOMContentLoaded'));
  // A page from anywhere else would not get it.
  expect(received.map(({ data, origin }) => [data, origin])).toEqual([[{ type: portMessageType }, pageOrigin]]);
  expect(told.posted.map(({ channel }) => channel)).toEqual([portChannel]);
  const [near] = received[0]?.ports ?? [];
  const [far] = told.posted[0]?.ports ?? [];
  const heard = new Promise((resolve) => far?.addEventListener('message', ({ data }) => resolve(data)));
  far?.start();
  near?.postMessage('hello');
  await expect(heard).resolves.toBe('hello');
  near?.close();
});
