/** Keeps a screen in the moment before an answer arrives, which otherwise passes too quickly to be looked at. */
import type { Page } from 'playwright-core';

/** What a call and its answer share on the wire of @orpc's peers: the call's number; a call also has its path. */
interface Message {
  readonly i: string;
  readonly p: { readonly u?: string };
}

/**
 * From the next time the page is loaded, answers to calls of `path` (as in `/runs/list`) are kept back until the
 * function returned is called.
 */
export async function holdReplies(page: Page, path: string): Promise<() => void> {
  const held: (() => void)[] = [];
  let holding = true;
  await page.routeWebSocket(/.*/, (socket) => {
    const server = socket.connectToServer();
    const calls = new Set<string>();
    socket.onMessage((data) => {
      const message = read(data);
      if (message?.p.u?.endsWith(path)) calls.add(message.i);
      server.send(data);
    });
    server.onMessage((data) => {
      const message = read(data);
      if (holding && message !== undefined && calls.has(message.i)) held.push(() => socket.send(data));
      else socket.send(data);
    });
  });
  return () => {
    holding = false;
    for (const release of held.splice(0)) release();
  };
}

/** Undefined for messages that carry bytes, which no call does whose answer is held. */
function read(data: string | Buffer): Message | undefined {
  return typeof data === 'string' ? (JSON.parse(data) as Message) : undefined;
}
