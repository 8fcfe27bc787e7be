/** What no window may do, whatever its content says: leave the program's pages, open others, reach the network, ask for permissions. */
import { app, session, type Session, type WebContents } from 'electron';
import { openPage } from './external.ts';
import { isOwnPage } from './own-page.ts';

/** Addresses that hold their content in themselves. */
const contained = new Set(['data:', 'blob:']);
/** The developer tools of a checkout load their own pages. */
const toolScheme = 'devtools:';

export interface GuardOptions {
  /** Whether the developer tools may be opened. */
  readonly tools: boolean;
}

export function guardWindows({ tools }: GuardOptions): void {
  app.on('web-contents-created', (_, contents) => guardContents(contents));
  app.on('session-created', denyPermissions);
  denyPermissions(session.defaultSession);
  session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !isOwnPage(url) && !isContained(url) && !(tools && protocolOf(url) === toolScheme) }),
  );
}

function denyPermissions(guarded: Session): void {
  guarded.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  guarded.setPermissionCheckHandler(() => false);
  guarded.setDevicePermissionHandler(() => false);
}

function guardContents(contents: WebContents): void {
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
    contents.on(event as 'will-navigate', (details) => {
      if (!isOwnPage(details.url)) details.preventDefault();
    });
  }
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // A link in the help opens in the person's own browser, never in a window of ours.
    void openPage(url);
    return { action: 'deny' };
  });
}

function isContained(address: string): boolean {
  return contained.has(protocolOf(address));
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}
