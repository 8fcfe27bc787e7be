/** What happens to work and to runs when something is cut short. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunningHost } from '#test/e2e/support/host.ts';
import { CanvasPage } from '#test/e2e/support/pages/canvas.ts';
import { RunPage } from '#test/e2e/support/pages/run.ts';
import { StartPage } from '#test/e2e/support/pages/start.ts';
import { WorkbenchPage } from '#test/e2e/support/pages/workbench.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

/** Kills the engine processes of a host the hard way; answers how many there were. */
function killEngines(host: RunningHost): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  const engines = lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? [])
    .filter(([, parent, command]) => Number(parent) === host.process.pid && command?.includes('engine'));
  for (const [pid] of engines) process.kill(Number(pid), 'SIGKILL');
  return engines.length;
}

scenario('a killed engine is said so, and the run goes on from its last checkpoint', async ({ page, host }) => {
  const workbench = new WorkbenchPage(page);
  const run = new RunPage(page);
  await new StartPage(page).trySample();
  await workbench.untilReady();
  await new CanvasPage(page).select('training');
  await workbench.setNumber('Epochs', 100_000);
  await workbench.setNumber('Patience', 0);
  await run.button('Train').click();
  await expect.poll(() => run.epoch(), { timeout: 60_000 }).toBeGreaterThan(2);

  expect(killEngines(host)).toBeGreaterThan(0);
  await page.getByText('The training engine stopped unexpectedly').first().waitFor({ timeout: 60_000 });
  const before = await run.epoch();
  await expect.poll(() => run.epoch(), { timeout: 60_000 }).toBeGreaterThan(before);

  await run.button('Stop').click();
  await run.untilDone();
  const [folder = ''] = readdirSync(join(host.home, 'runs'));
  const events = readFileSync(join(host.home, 'runs', folder, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const epochs = events
    .map((line) => JSON.parse(line) as { event: string; epoch?: number })
    .filter(({ event }) => event === 'epoch')
    .map(({ epoch }) => epoch);
  expect(new Set(epochs).size).toBeGreaterThanOrEqual(before);
});

scenario('work that was not saved is offered again after the window was closed', async ({ page, host }) => {
  await new StartPage(page).trySample();
  const canvas = new CanvasPage(page);
  await canvas.select('head');
  await page.keyboard.press('F2');
  await page.getByLabel('Title').fill('My own head');
  await page.keyboard.press('Enter');
  await canvas.card('head').getByText('My own head').waitFor();
  const recovery = join(host.home, 'recovery');
  const kept = (): string =>
    existsSync(recovery)
      ? readdirSync(recovery)
          .map((file) => readFileSync(join(recovery, file), 'utf8'))
          .join('\n')
      : '';
  await expect.poll(kept, { timeout: 30_000 }).toContain('My own head');

  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByRole('region', { name: 'Unsaved work' }).getByRole('button', { name: 'Restore' }).click();
  await canvas.card('head').getByText('My own head').waitFor();
});
