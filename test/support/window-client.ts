/** Speaks to a browser host as its window does. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { sessionPath, socketPath, socketProtocol, type SessionAnswer } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';

export interface WindowClient {
  readonly host: ContractRouterClient<typeof contract>;
  /** Calls without a client's own checks; answers the host's message. */
  readonly ask: (path: string, input: unknown) => Promise<unknown>;
  readonly close: () => void;
}

/** Gets the secret of a window for the key in an address, which is used up by it. */
export async function letIn(url: string): Promise<string> {
  const address = new URL(url);
  const key = new URLSearchParams(address.hash.slice(1)).get('key');
  const answer = await fetch(new URL(sessionPath, address), {
    method: 'POST',
    headers: { origin: address.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const session = (await answer.json()) as SessionAnswer;
  if (!('secret' in session)) throw new Error(`the window was not let in: ${session.refused}`);
  return session.secret;
}

export function connectWindow(url: string, secret: string): WindowClient {
  const { host: address, origin } = new URL(url);
  const socket = new WebSocket(`ws://${address}${socketPath}`, [socketProtocol, secret], { headers: { origin } });
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  let asked = 0;
  const ask = (path: string, input: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      // The client's own calls have numbers.
      const id = `own-${asked++}`;
      const hear = (data: unknown): void => {
        const message = JSON.parse(String(data)) as { i: string };
        if (message.i !== id) return;
        socket.off('message', hear);
        resolve(message);
      };
      socket.on('message', hear);
      socket.send(JSON.stringify({ i: id, p: { u: `/${path.replaceAll('.', '/')}`, b: { json: input } } }));
    });
  return { host: createORPCClient(link), ask, close: () => socket.close() };
}

export async function openWindow(url: string): Promise<WindowClient> {
  return connectWindow(url, await letIn(url));
}
