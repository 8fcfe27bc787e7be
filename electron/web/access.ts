/**
 * Who may speak to the browser host. Any web page and any user of this machine can reach a port on 127.0.0.1, so a
 * request must come by a loopback name (else a page could point its own name here), from the host's own pages, with a
 * key only the person was given.
 *
 * The key arrives once in the address and is exchanged for a cookie that scripts cannot read and other sites cannot
 * send. The printed address can be opened again; the one handed to the system's browser works a single time, because
 * other users can read the arguments of running programs.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export interface RequestHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
}

const loopbackNames = new Set(['127.0.0.1', 'localhost']);

export class Access {
  /** Part of the printed address. */
  readonly key = randomKey();
  readonly #session = randomKey();
  readonly #singleUse = new Set<string>();

  /** A key that opens one session and is then worth nothing. */
  issueSingleUseKey(): string {
    const key = randomKey();
    this.#singleUse.add(key);
    return key;
  }

  /** Whether the key opens a session; a single-use one is used up. */
  redeem(key: string): boolean {
    return sameText(key, this.key) || this.#singleUse.delete(key);
  }

  /** Value of `Set-Cookie`. Cookies do not know ports, so the name does. */
  cookie(port: number): string {
    return `${cookieName(port)}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether the request carries the session's cookie. */
  hasSession({ cookie }: RequestHeaders, port: number): boolean {
    const values = (cookie ?? '').split(';').map((part) => part.trim().split('='));
    return values.some(
      ([name, value]) => name === cookieName(port) && value !== undefined && sameText(value, this.#session),
    );
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

function cookieName(port: number): string {
  return `graft-${port}`;
}

function randomKey(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares without telling by its duration how much was right. */
function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
