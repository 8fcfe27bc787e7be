/** What a finished run is asked for: metrics and the model file. */
import type { Command } from 'commander';
import type { Evaluation, ParityReport } from '#shared/protocol/run.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';
import { bytes, percent, table } from '../view/format.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addEvaluate(program: Command, perform: Perform): void {
  program
    .command('evaluate')
    .description('metrics on the held-out split')
    .argument('<run>', 'folder of the run')
    .option('--json', 'one JSON line on standard output')
    .action((run: string, options: JsonOption) =>
      perform(options, async ({ output, services }) => {
        const evaluation = await services.runs.evaluate(await services.runs.locate(run));
        output.result(evaluation, () => describeEvaluation(evaluation));
        return exitCodes.success;
      }),
    );
}

export function addExport(program: Command, perform: Perform): void {
  program
    .command('export')
    .description('write the trained model and check it against the run')
    .argument('<run>', 'folder of the run')
    .requiredOption('-o, --output <file.onnx>', 'the model file to write')
    .option('--unequal', 'keep the file also where it answers otherwise than the trained model')
    .option('--json', 'one JSON line on standard output')
    .action((run: string, options: JsonOption & { output: string; unequal?: boolean }) =>
      perform(options, async ({ output, services }) => {
        const report = await services.runs.export(await services.runs.locate(run), options.output, {
          unequal: options.unequal === true,
        });
        output.result(report, () => describeParity(report));
        return report.passed ? exitCodes.success : exitCodes.failure;
      }),
    );
}

export function describeEvaluation({ accuracy, accuracyMargin, loss, macroF1, perClass, test }: Evaluation): string {
  const rows = perClass.map(({ name, precision, recall, f1, support }) => [
    name,
    percent(precision),
    percent(recall),
    percent(f1),
    String(support),
  ]);
  return [
    `accuracy ${percent(accuracy)} ± ${percent(accuracyMargin)} · loss ${loss.toFixed(4)} · macro-F1 ${percent(macroF1)}`,
    table([['class', 'precision', 'recall', 'F1', 'pictures'], ...rows]),
    ...(test
      ? [
          `test part: accuracy ${percent(test.accuracy)} ± ${percent(test.accuracyMargin)} · loss ${test.loss.toFixed(4)} · ` +
            `macro-F1 ${percent(test.macroF1)} · ${test.samples} pictures`,
        ]
      : []),
  ].join('\n');
}

export function describeParity(report: ParityReport): string {
  return (
    `${report.model} (${bytes(report.bytes)})\n` +
    `${report.passed ? 'checked' : 'ANSWERS DIFFER'}: largest difference ${report.maxDifference.toExponential(1)} ` +
    `over ${report.samples} pictures (allowed ${report.allowed.toExponential(0)})`
  );
}
