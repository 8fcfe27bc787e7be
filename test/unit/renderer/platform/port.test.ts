/** The desktop window's end of its channel: which message it takes the port from. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LinkState } from '#renderer/platform/link.ts';
import { bridgeName, pageOrigin, portMessageType } from '#shared/protocol/bridge.ts';

const page = new EventTarget();

beforeEach(() => vi.stubGlobal('window', Object.assign(page, { [bridgeName]: { pathForFile: () => '' } })));
afterEach(() => vi.unstubAllGlobals());

/** A message as a window receives it. */
function send(message: { data: unknown; origin: string; source: unknown; ports: readonly MessagePort[] }): void {
  page.dispatchEvent(Object.assign(new Event('message'), message));
}

test('takes the port from its own preload alone', async () => {
  const { connect } = await import('#renderer/platform/link.ts');
  const states: LinkState[] = [];
  connect((state) => states.push(state));
  const { port1, port2 } = new MessageChannel();
  const right = { data: { type: portMessageType }, origin: pageOrigin, source: page, ports: [port2] };
  send({ ...right, origin: 'https://example.org' });
  send({ ...right, origin: 'null' });
  send({ ...right, source: {} });
  send({ ...right, source: null });
  send({ ...right, data: { type: 'another' } });
  send({ ...right, data: null });
  send({ ...right, ports: [] });
  expect(states).toEqual([]);
  send(right);
  expect(states).toEqual(['connected']);
  port1.close();
});
