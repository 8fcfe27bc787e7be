/**
 * The channel to the host. A desktop window is handed a MessagePort by its preload; a browser window opens a
 * WebSocket to where it came from. When the channel breaks, calls wait for the next one and the state says so.
 */
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import {
  bridgeName,
  pageOrigin,
  portMessageType,
  socketPath,
  socketProtocol,
  type Bridge,
} from '#shared/protocol/bridge.ts';
import { enter, hasKey, type EntryRefusal } from './session.ts';
import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';

/** `refused`: the host answers, and does not know this window. */
export type LinkState = 'connecting' | 'connected' | 'lost' | 'refused';
export type OnState = (state: LinkState, refusal?: EntryRefusal) => void;

type Link = ClientLink<ClientContext>;
const longestWait = 5000;

declare global {
  interface Window {
    readonly [bridgeName]?: Bridge;
  }
}

/** Present in a desktop window alone. */
export const bridge = window[bridgeName];

class ReconnectingLink implements ClientLink<ClientContext> {
  #current: Promise<Link>;
  #settle: (link: Link) => void = () => undefined;
  #attempts = 0;
  readonly #onState: OnState;

  constructor(onState: OnState) {
    this.#onState = onState;
    this.#current = this.#pending();
    if (bridge) this.#listenForPort();
    else {
      void this.#enter();
      // An address that is put into a tab that is open already changes nothing but its fragment.
      window.addEventListener('hashchange', () => {
        if (hasKey()) void this.#enter();
      });
    }
  }

  async call(path: readonly string[], input: unknown, options: ClientOptions<ClientContext>): Promise<unknown> {
    const link = await this.#current;
    return link.call(path, input, options);
  }

  #pending(): Promise<Link> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  #connected(link: Link): void {
    this.#attempts = 0;
    this.#settle(link);
    this.#onState('connected');
  }

  #listenForPort(): void {
    window.addEventListener('message', (event) => {
      const port = event.ports[0];
      const fromPreload =
        event.origin === pageOrigin &&
        event.source === window &&
        (event.data as { type?: unknown } | null)?.type === portMessageType;
      if (!fromPreload || port === undefined) return;
      port.start();
      port.addEventListener('close', () => {
        this.#current = this.#pending();
        this.#onState('lost');
      });
      this.#connected(new PortLink({ port }));
    });
  }

  /** Finds out what this window may go by, and connects with it; called again whenever the host was lost. */
  async #enter(): Promise<void> {
    const entry = await enter();
    if (entry.is === 'in') return this.#openSocket(entry.secret);
    if (entry.is === 'refused') return this.#onState('refused', entry.refusal);
    this.#lost();
  }

  #openSocket(secret: string): void {
    const address = new URL(socketPath, window.location.href);
    address.protocol = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
    const websocket = new WebSocket(address, [socketProtocol, secret]);
    let opened = false;
    // Three things happen to a socket that closes, in this order. First, whatever is called from now on waits.
    websocket.addEventListener('close', () => {
      if (opened) this.#current = this.#pending();
    });
    // Then its link gives up what was under way. A call cancelled before that would be told to a closed socket.
    const link = new SocketLink({ websocket });
    websocket.addEventListener('open', () => {
      opened = true;
      this.#connected(link);
    });
    // Last, the window hears of it, and cancels what it was following.
    websocket.addEventListener('close', () => this.#lost());
  }

  #lost(): void {
    this.#attempts += 1;
    this.#onState('lost');
    window.setTimeout(() => void this.#enter(), Math.min(longestWait, 250 * 2 ** this.#attempts));
  }
}

export function connect(onState: OnState): ClientLink<ClientContext> {
  return new ReconnectingLink(onState);
}
