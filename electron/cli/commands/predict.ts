/** An exported model is asked about pictures, with nothing but its file. */
import type { Command } from 'commander';
import { formatCount, formatPlural } from '#shared/core/format.ts';
import type { Problem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import type { Prediction } from '#shared/protocol/run.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import type { Perform, Session } from '../session.ts';
import { bar, percent, table } from '../view/format.ts';

/** Pictures asked about at a time: answers come as they are found, and no question takes long. */
const atOnce = 64;

export function addPredict(program: Command, perform: Perform): void {
  program
    .command('predict')
    .description('predictions of an exported model')
    .argument('<file.onnx>')
    .argument('<input...>', 'pictures, and folders of them')
    .option('--json', 'a JSON line per picture on standard output')
    .action((model: string, inputs: string[], options: { json?: boolean }) =>
      perform(options, (session) => predictAll(session, model, inputs)),
    );
}

/** Each input has its answer or its problem, in their order. What a folder holds beside pictures is said, and no fault. */
async function predictAll({ output, services }: Session, model: string, inputs: string[]): Promise<ExitCode> {
  let answers = 0;
  let failures = 0;
  const told = (input: string, problem: Problem): void => {
    const event = isNotice(problem) ? 'warning' : 'error';
    output.problem(problem, { event, input });
    if (event === 'error') failures++;
  };
  // Asked of nothing, a file that is no model is refused before the first folder is looked through.
  await services.runs.predictWith(model, []);
  const named = await services.runs.namedPictures(inputs);
  for (const [index, { pictures, problem }] of named.entries()) {
    if (problem) told(inputs[index] as string, problem);
    for (let start = 0; start < pictures.length; start += atOnce) {
      for (const outcome of await services.runs.predictWith(model, pictures.slice(start, start + atOnce))) {
        if ('problem' in outcome) told(outcome.input, outcome.problem);
        else {
          answers++;
          output.result(outcome, () => describePrediction(outcome));
        }
      }
    }
  }
  if (failures === 0) return exitCodes.success;
  output.say(`${formatPlural(failures, 'input')} without an answer, ${formatCount(answers)} with one.`);
  return answers > 0 ? exitCodes.failure : exitCodes.badInput;
}

export function describePrediction({ input, label, probabilities }: Prediction): string {
  const shown = probabilities.toSorted((left, right) => right.probability - left.probability).slice(0, 5);
  const rows = shown.map((entry) => [`  ${entry.label}`, bar(entry.probability, 20), percent(entry.probability)]);
  return `${input}: ${label}\n${table(rows)}`;
}
