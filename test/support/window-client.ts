/** Speaks to a browser host as its window does. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { sessionPath, socketPath, socketProtocol, type SessionAnswer } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';

export interface WindowClient {
  readonly host: ContractRouterClient<typeof contract>;
  readonly close: () => void;
}

/** Lets itself in by an address, whose key it uses up. */
export async function openWindow(url: string): Promise<WindowClient> {
  const address = new URL(url);
  const { origin } = address;
  const key = new URLSearchParams(address.hash.slice(1)).get('key');
  const answer = await fetch(new URL(sessionPath, address), {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const session = (await answer.json()) as SessionAnswer;
  if (!('secret' in session)) throw new Error(`the window was not let in: ${session.refused}`);
  const options = { headers: { origin } };
  const socket = new WebSocket(`ws://${address.host}${socketPath}`, [socketProtocol, session.secret], options);
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { host: createORPCClient(link), close: () => socket.close() };
}
