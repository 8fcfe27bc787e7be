/** One more window of a workbench that is served already. */
import type { Command } from 'commander';
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import { addressPath } from '#shared/protocol/bridge.ts';
import { runningHosts, type RunningHost } from '#electron/services/running-hosts.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';

const answerSchema = z.object({ address: z.string() });
/** A host that is there answers at once. Milliseconds. */
const patience = 5000;

export function addOpen(program: Command, perform: Perform): void {
  program
    .command('open')
    .description('another window of the workbench that “graft serve” serves')
    .option('--print', 'print the address and open no browser')
    .option('--json', 'one JSON line on standard output')
    .action((options: { print?: boolean; json?: boolean }) =>
      perform(options, async ({ output, services }) => {
        const url = await askAny(await runningHosts(services.home.hosts));
        if (!options.print && !options.json) {
          const { openInBrowser } = await import('#electron/web/serve.ts');
          await openInBrowser(url);
        }
        output.result({ url }, () => (options.print ? url : `opened a window of ${new URL(url).origin}`));
        return exitCodes.success;
      }),
    );
}

/** The address of the first that answers. @throws GraftError `serve.none` */
async function askAny(hosts: readonly RunningHost[]): Promise<string> {
  for (const { port, token } of hosts) {
    const address = await ask(port, token).catch(() => undefined);
    if (address !== undefined) return address;
  }
  throw new GraftError('serve.none');
}

async function ask(port: number, token: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${addressPath}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(patience),
  });
  return answerSchema.parse(await answer.json()).address;
}
