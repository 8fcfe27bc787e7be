import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';

interface Options {
  readonly port: number;
  readonly open: boolean;
  readonly json?: boolean;
}

export function addServe(program: Command, perform: Perform): void {
  program
    .command('serve')
    .description('the workbench in a browser, reachable from this machine alone')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 0)
    .option('--no-open', 'do not open a browser')
    .option('--json', 'one JSON line on standard output')
    .action((options: Options) =>
      perform({ ...options, leavesRuns: true }, async ({ output, services }) => {
        await services.runs.adopt();
        // Only this command needs the server: the others start faster without it.
        const { serveWorkbench } = await import('#electron/web/serve.ts');
        const workbench = await serveWorkbench(services, {
          port: options.port,
          open: options.open,
          log: (line) => output.log(line),
        });
        const url = workbench.issueAddress();
        output.result({ url }, () =>
          [`Graft is at ${url}`, 'The address opens one window; “graft open” opens another. Ctrl+C ends Graft.'].join(
            '\n',
          ),
        );
        await interrupted();
        await workbench.close();
        return exitCodes.success;
      }),
    );
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It must be 0 to 65535.');
  return port;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
