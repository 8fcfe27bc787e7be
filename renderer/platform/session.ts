/**
 * How a browser window is known to its host: by a secret of its own, which it gets once for the key in the address that
 * the person was given, and keeps for as long as its tab is open. No other port of this machine is told it.
 */
import { keyParameter, sessionPath, type SessionAnswer } from '#shared/protocol/bridge.ts';

/** Why a window has no secret. `no-key`: it was opened without one; `ended`: its secret is of a host that has gone. */
export type EntryRefusal = 'no-key' | 'ended' | Extract<SessionAnswer, { refused: string }>['refused'];

export type Entry =
  | { readonly is: 'in'; readonly secret: string }
  | { readonly is: 'refused'; readonly refusal: EntryRefusal }
  | { readonly is: 'unreachable' };

const storageKey = 'graft-window';

/** A key that could not be exchanged yet, because the host did not answer. */
let waitingKey: string | undefined;

/** Whether the address has a key that was not looked at yet. */
export function hasKey(): boolean {
  return keyInAddress() !== undefined;
}

/** Exchanges the key in the address if there is one, and says what this window may go by. */
export async function enter(): Promise<Entry> {
  const key = keyInAddress() ?? waitingKey;
  // Out of sight, and out of what the browser remembers of the tab.
  if (keyInAddress() !== undefined) window.history.replaceState(null, '', window.location.pathname);
  waitingKey = key;
  const answer = key === undefined ? undefined : await exchange(key);
  if (key !== undefined && answer === undefined) return { is: 'unreachable' };
  waitingKey = undefined;
  if (answer !== undefined && 'secret' in answer) {
    window.sessionStorage.setItem(storageKey, answer.secret);
    return { is: 'in', secret: answer.secret };
  }
  // An address that was opened twice in one tab leads back to where the first time led.
  const known = await recall();
  if (known.is === 'refused' && answer !== undefined) return { is: 'refused', refusal: answer.refused };
  return known;
}

/** What this window was known by before, if the host still knows it. */
async function recall(): Promise<Entry> {
  const secret = window.sessionStorage.getItem(storageKey);
  if (secret === null) return { is: 'refused', refusal: 'no-key' };
  try {
    const response = await window.fetch(sessionPath, { headers: { authorization: `Bearer ${secret}` } });
    const { known } = (await response.json()) as { known: boolean };
    return known ? { is: 'in', secret } : { is: 'refused', refusal: 'ended' };
  } catch {
    return { is: 'unreachable' };
  }
}

function keyInAddress(): string | undefined {
  return new URLSearchParams(window.location.hash.slice(1)).get(keyParameter) ?? undefined;
}

/** Undefined when the host does not answer. */
async function exchange(key: string): Promise<SessionAnswer | undefined> {
  try {
    const response = await window.fetch(sessionPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    });
    return (await response.json()) as SessionAnswer;
  } catch {
    return undefined;
  }
}
