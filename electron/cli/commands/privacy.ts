/** What is kept on this machine and where, and what the runtime of earlier versions left. */
import type { Command } from 'commander';
import { formatBytes } from '#shared/core/format.ts';
import { deleteTraces, findTraces } from '#electron/services/runtime-traces.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';

export function addPrivacy(program: Command, perform: Perform): void {
  program
    .command('privacy')
    .description('what Graft keeps on this machine, and what the runtime of earlier versions left')
    .option('--delete', 'delete what the runtime left')
    .option('--json', 'one JSON line on standard output')
    .action((options: { delete?: boolean; json?: boolean }) =>
      perform(options, async ({ output, services }) => {
        const before = await findTraces();
        const left = options.delete ? await deleteTraces() : before;
        const files = left.map(({ path }) => path);
        const deleted = before.length - left.length;
        output.result({ home: services.home.root, left: files, deleted }, () => {
          const bytes = formatBytes(left.reduce((sum, trace) => sum + trace.bytes, 0));
          return [
            'Nothing leaves this machine unless you ask for it.',
            `Graft keeps runs, caches and settings in ${services.home.root}`,
            ...(deleted > 0 ? [`deleted ${deleted} files that onnxruntime had left`] : []),
            ...(left.length > 0
              ? [`onnxruntime has left ${left.length} files (${bytes}):`, ...files.map((file) => `  ${file}`)]
              : ['onnxruntime has left nothing']),
            ...(left.length > 0 && !options.delete ? ['“graft privacy --delete” removes them'] : []),
          ].join('\n');
        });
        return options.delete && left.length > 0 ? exitCodes.failure : exitCodes.success;
      }),
    );
}
