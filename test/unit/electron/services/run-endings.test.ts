/** What watchers of a run are owed when it ends otherwise than by its own word. */
import { describe, expect, test } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { RunLog } from '#electron/services/run-log.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

describe('a watcher', () => {
  test('of a run that the engine then refuses is told so, and is not left waiting', async () => {
    const services = await testServices();
    const starting = services.runs.start({ ...emptyDocument, title: 'refused' }, '', 'cpu');
    starting.catch(() => undefined);
    while (services.runs.current === undefined) await new Promise(setImmediate);
    const watching = await services.runs.watch(services.runs.current);
    await expect(starting).rejects.toMatchObject({ code: 'data.folder-unset' });
    await expect(watching.next()).resolves.toMatchObject({
      value: [{ event: 'error', code: 'data.folder-unset' }],
    });
    await expect(watching.next()).resolves.toMatchObject({ done: true });
  });

  test('that leaves while it takes a batch is let go', async () => {
    const log = new RunLog();
    log.append([{ event: 'state', state: 'running' }]);
    const leaving = new AbortController();
    const watching = log.watch(leaving.signal);
    await watching.next();
    leaving.abort();
    await expect(watching.next()).resolves.toMatchObject({ done: true });
  });
});
