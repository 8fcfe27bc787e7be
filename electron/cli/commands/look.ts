import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '#shared/core/format.ts';
import type { Look } from '#shared/protocol/look.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';

/** Class names in a line; all others are counted. */
const named = 12;

export function addLook(program: Command, perform: Perform): void {
  program
    .command('look')
    .description('say what folders and files are, and what can be done with them')
    .argument('<path...>', 'what there is; several folders are looked at as one')
    .option('--json', 'one JSON line on standard output')
    .action((paths: string[], options: { json?: boolean }) =>
      perform(options, async ({ output, services }) => {
        const found = await services.looking.look(paths);
        output.result(found, () => lines(found, paths).join('\n'));
        return exitCodes.success;
      }),
    );
}

function lines(found: Look, given: readonly string[]): string[] {
  const { path, title, classes, columns, parts, left_out, counts, can } = found;
  const list = (words: readonly string[]): string =>
    words.length <= named ? words.join(', ') : `${words.slice(0, named).join(', ')} and ${words.length - named} more`;
  const rows: [string, string][] = [
    ['classes', list(classes)],
    ['columns', list(columns)],
    ['parts', list(Object.entries(parts).map(([part, count]) => `${part} ${formatCount(count)}`))],
    ['in it', list(counts.map(({ what, count }) => `${formatCount(count)} ${what}`))],
    ['left out', list(left_out.map(({ what, count }) => `${formatCount(count)} ${what || 'without an ending'}`))],
    ['lies in', path === '' || given.some((one) => resolve(one) === path) ? '' : path],
    ['can begin', list(can)],
  ];
  return [`${title}.`, ...rows.filter(([, words]) => words !== '').map(([name, words]) => `  ${name}: ${words}`)];
}
