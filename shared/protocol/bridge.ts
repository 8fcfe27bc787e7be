/**
 * What the preload script puts between a desktop window and the host: one function and one MessagePort.
 * A browser window has neither; it speaks to its host over the WebSocket at `socketPath`.
 */

/** Name of the preload's one global in the window. Its absence means the browser host. */
export const bridgeName = 'graft';

export interface Bridge {
  /** Absolute path of a dropped or chosen file or folder; '' when it has none. Takes a DOM `File`. */
  readonly pathForFile: (file: unknown) => string;
}

/**
 * Type of the one message a desktop window gets from its preload, once its scripts have run: it carries the
 * port on which the host answers the contract's procedures.
 */
export const portMessageType = 'graft:port';

/** Origin of the desktop window's pages: the only one that port is posted to. */
export const pageOrigin = 'graft://app';

/** Channel on which the preload hands the other end of that port to the host. */
export const portChannel = 'graft:port';

/** Where the browser host takes WebSocket connections, and the name of what is spoken; a window's secret comes second. */
export const socketPath = '/rpc';
export const socketProtocol = 'graft';

/** Where a browser window exchanges its key for its secret, and asks whether that still holds. */
export const sessionPath = '/session';

/** Where the browser host gives another program of the same person an address for a window. */
export const addressPath = '/address';

/** Name of the key in the fragment of an address, which a browser keeps to itself. */
export const keyParameter = 'key';

/** What the browser host answers to a key. */
export type SessionAnswer = { readonly secret: string } | { readonly refused: 'unknown' | 'taken' | 'other-user' };
