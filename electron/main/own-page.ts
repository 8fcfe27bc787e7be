/** The program's own pages: where they live, and how to tell them from anything else. */
import { pageOrigin } from '#shared/protocol/bridge.ts';

const { protocol: ownProtocol, host: ownHost } = new URL(pageOrigin);
export const scheme = ownProtocol.slice(0, -1);
export const startPage = `${pageOrigin}/`;

export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return protocol === ownProtocol && host === ownHost;
}

/** A window's frame as Electron hands it over; null when it is gone already. */
export interface Frame {
  readonly url: string;
  readonly parent: Frame | null;
}

/** Whether a message comes from a window of ours, and not from a frame inside it. The one check of senders there is. */
export function isOwnFrame(frame: Frame | null): boolean {
  return frame !== null && frame.parent === null && isOwnPage(frame.url);
}
