import type { Command } from 'commander';
import { problems } from '#shared/document/validate.ts';
import type { Problem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { exitCodes } from '../exit-code.ts';
import { sentence } from '../output.ts';
import type { Perform } from '../session.ts';

export function addCheck(program: Command, perform: Perform): void {
  program
    .command('check')
    .description('list every problem in a project')
    .argument('<file.graft>')
    .option('--json', 'JSON lines on standard output')
    .action((file: string, options: { json?: boolean }) =>
      perform(options, async ({ output, services }) => {
        const { document } = await services.documents.open(file);
        const facts = await services.facts.gather(document);
        const found = withoutRepeats([...problems(document, facts), ...facts.problems]);
        for (const problem of found) output.result(problem, () => sentence(problem));
        if (found.every(isNotice))
          output.say(found.length === 0 ? 'No problems.' : 'Nothing that keeps it from training.');
        return found.every(isNotice) ? exitCodes.success : exitCodes.badInput;
      }),
    );
}

function withoutRepeats(found: readonly Problem[]): Problem[] {
  return [...new Map(found.map((problem) => [`${problem.code} ${problem.node} ${problem.message}`, problem])).values()];
}
