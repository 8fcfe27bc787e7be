import type { Command } from 'commander';
import { Option } from 'commander';
import { formatPlural } from '#shared/core/format.ts';
import { lapsedCorrections } from '#shared/nodes/corrections.ts';
import { applySettings } from '#shared/document/set.ts';
import { devices, type Device } from '#shared/protocol/run.ts';
import { withAbsolutePaths } from '#electron/services/document-paths.ts';
import { followRun } from '../follow-run.ts';
import type { Perform } from '../session.ts';

interface Options {
  readonly runs?: string;
  readonly device: Device;
  readonly set: readonly string[];
  readonly json?: boolean;
}

export function addTrain(program: Command, perform: Perform): void {
  program
    .command('train')
    .description('train a project; Ctrl+C stops and keeps what was trained')
    .argument('<file.graft>')
    .option('--runs <dir>', "folder for the run; Graft's own when left out")
    .addOption(new Option('--device <device>', 'where to compute').choices(devices).default('auto'))
    .option('--set <node.param=value>', 'change a parameter for this run; may be repeated', collect, [])
    .option('--json', 'events as JSON lines on standard output')
    .action((file: string, options: Options) =>
      perform(options, async (session) => {
        const opened = await session.services.documents.open(file);
        const changed = applySettings(opened.document, [...options.set]);
        const lapsed = lapsedCorrections(opened.document, changed);
        if (lapsed > 0)
          session.output.log(`${formatPlural(lapsed, 'correction')} left out: of photos in another folder.`);
        const document = withAbsolutePaths(changed, opened.path);
        const run = await session.services.runs.start(document, opened.path, options.device);
        return followRun(session, run);
      }),
    );
}

export function addResume(program: Command, perform: Perform): void {
  program
    .command('resume')
    .description('continue an interrupted run from its last checkpoint')
    .argument('<run>', 'folder of the run')
    .option('--json', 'events as JSON lines on standard output')
    .action((run: string, options: { json?: boolean }) =>
      perform(options, async (session) => {
        const folder = await session.services.runs.locate(run);
        await session.services.runs.resume(folder);
        return followRun(session, folder);
      }),
    );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
