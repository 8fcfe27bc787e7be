import { describe, expect, test } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { toProblem } from '#shared/messages/error.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

const question = (title: string) => ({
  document: { ...emptyDocument, title },
  baseFolder: '/',
  device: 'cpu' as const,
});

describe('forecasts', () => {
  test('answer the newest question, though an older one keeps its process busy', async () => {
    const { engine, forecasts } = await testServices();
    const older = forecasts.estimate(question('takes forever')).catch(toProblem);
    // Once its process is there, it is deaf.
    await expect.poll(() => engine.processId('estimator')).toBeTypeOf('number');
    expect(await forecasts.estimate(question('quick'))).toMatchObject({ secondsPerEpoch: 1 });
    expect(await older).toMatchObject({ code: 'engine.replaced' });
    expect(await forecasts.estimate(question('quick again'))).toMatchObject({ secondsPerEpoch: 1 });
  });

  test('are not made while a run goes on, and make way for one', async () => {
    const { engine, forecasts, runs } = await testServices();
    const older = forecasts.estimate(question('takes forever')).catch(toProblem);
    await expect.poll(() => engine.processId('estimator')).toBeTypeOf('number');
    await forecasts.stop();
    expect(await older).toMatchObject({ code: 'engine.replaced' });
    expect(engine.processId('estimator')).toBeUndefined();
    await runs.start({ ...emptyDocument, title: 'held' }, '', 'cpu');
    await expect(forecasts.estimate(question('quick'))).rejects.toMatchObject({ code: 'run.busy' });
    await runs.control({ action: 'stop' });
  });
});
