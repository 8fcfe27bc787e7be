/** Serves the built window under the program's own scheme, so that no file address and no web server is needed. */
import { protocol } from 'electron';
import { contentSecurityPolicy } from '#electron/services/content-security.ts';
import { readStaticFile } from '#electron/services/static-files.ts';
import { isOwnPage, scheme } from './own-page.ts';

/** Must be called before the application is ready. */
export function declareScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme, privileges }]);
}

/** Answers nothing before `allowed` is settled, and nothing at all if it fails. */
export function servePages(renderer: string, allowed: Promise<void>): void {
  protocol.handle(scheme, async ({ url, method }) => {
    await allowed;
    const file = isOwnPage(url) && method === 'GET' ? await readStaticFile(renderer, new URL(url).pathname) : undefined;
    if (!file) return new Response('Not found.', { status: 404 });
    return new Response(file.content, {
      headers: {
        'Content-Type': file.type,
        'Content-Security-Policy': contentSecurityPolicy(),
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
