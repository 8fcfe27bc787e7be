/** Speaks to a browser host as its window does: lets itself in, looks at the sample, trains it, and prints how it ended. */
import { existsSync, readFileSync } from 'node:fs';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { applySettings } from '#shared/document/set.ts';
import { instantiate } from '#shared/document/templates.ts';
import { sessionPath, socketPath, socketProtocol, type SessionAnswer } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';

const [, , printed = '', data = ''] = process.argv;

async function addressIn(file: string): Promise<URL> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.includes('\n')) return new URL((JSON.parse(text) as { url: string }).url);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

const address = await addressIn(printed);
const key = new URLSearchParams(address.hash.slice(1)).get('key');
const { origin } = address;
const answer = await fetch(new URL(sessionPath, address), {
  method: 'POST',
  headers: { origin, 'content-type': 'application/json' },
  body: JSON.stringify({ key }),
});
const session = (await answer.json()) as SessionAnswer;
if (!('secret' in session)) throw new Error(`not let in: ${session.refused}`);
const socket = new WebSocket(`ws://${address.host}${socketPath}`, [socketProtocol, session.secret], {
  headers: { origin },
});
const client: ContractRouterClient<typeof contract> = createORPCClient(
  new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
);
const document = applySettings(instantiate('image-classification', { dataPath: data, backbone: 'nano' }), [
  'training.epochs=2',
  'data.limitPerClass=6',
]);
const facts = await client.data.facts({ document, path: '' });
await client.data.thumbnails({ paths: (facts.dataset?.examples ?? []).map(({ path }) => path), size: 64 });
const { run } = await client.runs.start({ document, path: '', device: 'cpu' });
let last = '';
for await (const events of await client.runs.watch({ run })) last = events.at(-1)?.event ?? last;
process.stdout.write(`${last}\n`);
socket.close();
