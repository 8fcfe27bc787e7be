/** What the host asks of the window: projects opened from outside it, entries of the system's menu. */
import type { HostRequest } from '#shared/protocol/contract.ts';
import { host } from '#renderer/platform/host.ts';
import { openProject } from '#renderer/store/project.ts';
import { runAction } from './run-action.ts';

/** Follows the host until the returned function is called or the connection ends. */
export function followHostRequests(): () => void {
  const ending = new AbortController();
  const follow = async (): Promise<void> => {
    const requests = await host.app.requests(undefined, { signal: ending.signal });
    for await (const request of requests) await answer(request);
  };
  // The next connection asks again.
  follow().catch(() => undefined);
  return () => ending.abort();
}

async function answer(request: HostRequest): Promise<void> {
  if (request.request === 'open') await openProject(request.path);
  else runAction(request.action);
}
