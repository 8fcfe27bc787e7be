/** The commands of `graft`, and how their arguments are refused. */
import { Command, CommanderError } from 'commander';
import { problem } from '#shared/messages/error.ts';
import type { Program } from '#electron/services/program.ts';
import { addBench } from './commands/bench.ts';
import { addCheck } from './commands/check.ts';
import { addDemo } from './commands/demo.ts';
import { addGrad, addStep } from './commands/graphs.ts';
import { addDevices, addExplain, addStages } from './commands/inspect.ts';
import { addLook } from './commands/look.ts';
import { addNew } from './commands/new.ts';
import { addPrivacy } from './commands/privacy.ts';
import { addOpen } from './commands/open.ts';
import { addPredict } from './commands/predict.ts';
import { addEvaluate, addExport } from './commands/results.ts';
import { addServe } from './commands/serve.ts';
import { addResume, addTrain } from './commands/train.ts';
import { addTune } from './commands/tune.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { Output, type Streams } from './output.ts';
import { performWith } from './session.ts';

/** Runs one command line, given without the program's own name. Answers its exit code. */
export async function runCommandLine(words: readonly string[], streams: Streams, given: Program): Promise<ExitCode> {
  let code: ExitCode = exitCodes.success;
  const perform = performWith(given, streams, (chosen) => {
    code = chosen;
  });
  const program = new Command('graft')
    .description('Wires a dataset, a backbone and a head together, trains them, and takes the model away.')
    .version(given.version)
    .showHelpAfterError('(“graft --help” lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  const additions = [
    addNew,
    addLook,
    addCheck,
    addTrain,
    addResume,
    addEvaluate,
    addExport,
    addPredict,
    addGrad,
    addStep,
    addBench,
    addTune,
    addExplain,
    addStages,
    addDevices,
    addServe,
    addOpen,
    addPrivacy,
    addDemo,
  ];
  for (const add of additions) add(program, perform);
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.success;
    if (words.includes('--json')) {
      const reason = error.message.replace(/^error: /, '');
      new Output(true, streams).problem(problem('input.bad-argument', { argument: words[0] ?? 'graft', reason }));
    }
    return exitCodes.badInput;
  }
}
