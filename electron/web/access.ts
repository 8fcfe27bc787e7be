/**
 * Who may speak to the browser host. Any web page and any user of this machine can reach a port on 127.0.0.1, so a
 * request must come by a loopback name (else a page could point its own name here) and from the host's own pages, and
 * what does anything must bring the secret of a window.
 *
 * A window gets its secret for a key, which only the person was given: in the part of an address that browsers keep to
 * themselves. A key opens one window and is then worth nothing. Other users can read the arguments of running programs,
 * and with them the key handed to the system's browser; they are refused by who they are, see `peer.ts`.
 */
import { createHash, randomBytes } from 'node:crypto';

export interface RequestHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** What a key is answered with: the secret of a window of its own, or why there is none. */
export type Redemption = { readonly secret: string } | { readonly refused: 'unknown' | 'taken' };

const loopbackNames = new Set(['127.0.0.1', 'localhost']);
/** Keys that were taken are remembered, so that this can be said; the oldest are forgotten. */
const rememberedKeys = 1000;

export class Access {
  /** Lets another program of the same person ask for an address; it stands in a file that only they can read. */
  readonly token = randomText();
  readonly #keys = new Map<string, 'fresh' | 'taken'>();
  readonly #secrets = new Set<string>();

  issueKey(): string {
    const key = randomText();
    this.#keys.set(digest(key), 'fresh');
    for (const oldest of [...this.#keys.keys()].slice(0, -rememberedKeys)) this.#keys.delete(oldest);
    return key;
  }

  redeem(key: string): Redemption {
    const state = this.#keys.get(digest(key));
    if (state === undefined) return { refused: 'unknown' };
    if (state === 'taken') return { refused: 'taken' };
    this.#keys.set(digest(key), 'taken');
    const secret = randomText();
    this.#secrets.add(digest(secret));
    return { secret };
  }

  isToken(token: string | undefined): boolean {
    return token !== undefined && digest(token) === digest(this.token);
  }

  isOpen(secret: string | undefined): boolean {
    return secret !== undefined && this.#secrets.has(digest(secret));
  }
}

/** Whether the request came by a loopback name. Any port will do: a tunnel from another machine changes it. */
export function isLocalHost({ host }: RequestHeaders): boolean {
  return host !== undefined && loopbackNames.has(host.replace(/:\d+$/, ''));
}

/** Whether the page that asks is one of this host's own. */
export function isOwnOrigin({ host, origin }: RequestHeaders): boolean {
  return origin === `http://${host}`;
}

/** Safe in the fragment of an address and as the name of a WebSocket's protocol. */
function randomText(): string {
  return randomBytes(24).toString('base64url');
}

/** Looking a digest up tells by its duration nothing of what it is the digest of. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
