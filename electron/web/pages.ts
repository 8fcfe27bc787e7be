/** What the browser host answers over HTTP: the window's own files to anybody here, and secrets for keys. */
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { addressPath, sessionPath } from '#shared/protocol/bridge.ts';
import { contentSecurityPolicy } from '#electron/services/content-security.ts';
import { readStaticFile } from '#electron/services/static-files.ts';
import { isLocalHost, isOwnOrigin, type Access } from './access.ts';
import type { Log } from './guard.ts';
import { isOwnPeer } from './peer.ts';

const keySchema = z.object({ key: z.string().max(200) });
const largestBody = 1024;

/** @param renderer folder of the built window */
export function createPages(
  access: Access,
  renderer: string,
  issueAddress: () => string,
  log: Log,
): Hono<{ Bindings: HttpBindings }> {
  const pages = new Hono<{ Bindings: HttpBindings }>();
  pages.use(async (context, next) => {
    const headers = { host: context.req.header('host'), origin: context.req.header('origin') };
    context.header('Content-Security-Policy', contentSecurityPolicy([`ws://${headers.host ?? ''}`]));
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    if (!isLocalHost(headers)) return context.text('This address is not served here.', 421);
    if (headers.origin !== undefined && !isOwnOrigin(headers)) return context.text('Other sites may not ask.', 403);
    return next();
  });
  pages.post(sessionPath, bodyLimit({ maxSize: largestBody }), async (context) => {
    context.header('Cache-Control', 'no-store');
    // Pages always say where they come from when they send something.
    if (context.req.header('origin') === undefined) return context.json({ refused: 'unknown' }, 403);
    const given = keySchema.safeParse(await context.req.json().catch(() => undefined));
    if (!given.success) return context.json({ refused: 'unknown' }, 400);
    if (!(await isOwnPeer(context.env.incoming.socket))) {
      log('another user of this machine tried to open a window, and was refused');
      return context.json({ refused: 'other-user' }, 403);
    }
    // A key that opens nothing is answered like one that does: browsers log other statuses as errors of the page.
    return context.json(access.redeem(given.data.key));
  });
  /** Tells a window whether it is still known here. */
  pages.get(sessionPath, (context) => {
    context.header('Cache-Control', 'no-store');
    return context.json({ known: access.isOpen(bearer(context.req.header('authorization'))) });
  });
  /** For another program of the same person; pages never ask for this. */
  pages.post(addressPath, (context) => {
    context.header('Cache-Control', 'no-store');
    const isPage = context.req.header('origin') !== undefined;
    if (isPage || !access.isToken(bearer(context.req.header('authorization')))) return context.json({}, 401);
    return context.json({ address: issueAddress() });
  });
  pages.get('*', async (context) => {
    const file = await readStaticFile(renderer, context.req.path);
    if (!file) return context.text('Not found.', 404);
    const caching = file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache';
    return context.body(file.content, 200, { 'Content-Type': file.type, 'Cache-Control': caching });
  });
  pages.all('*', (context) => context.text('Not allowed.', 405));
  pages.onError((_error, context) => context.text('This cannot be answered.', 400));
  return pages;
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer (?<text>\S+)$/.exec(header ?? '')?.groups?.['text'];
}
