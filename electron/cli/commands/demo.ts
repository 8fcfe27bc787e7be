/** The main job in one go, for a machine with no display: sample project, training, export, check, prediction. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { instantiate } from '#shared/document/templates.ts';
import { usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { exitCodes } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import type { Perform } from '../session.ts';
import { describePrediction } from './predict.ts';
import { describeEvaluation, describeParity } from './results.ts';

const template = 'image-classification';

export function addDemo(program: Command, perform: Perform): void {
  program
    .command('demo')
    .description('train, export and check the sample project')
    .option('-o, --output <folder>', 'where the project and the model go', 'runs/demo')
    .action((options: { output: string }) =>
      perform({}, async (session) => {
        const { output, services } = session;
        const folder = resolve(options.output);
        const document = {
          ...instantiate(template, { dataPath: services.sample, backbone: usualBackbone }),
          title: 'Orchard',
        };
        const project = await services.documents.save(document, join(folder, 'orchard.graft'));
        output.say(`project ${project.path}`);
        const run = await services.runs.start(project.document, project.path, 'auto');
        const code = await followRun(session, run);
        if (code !== exitCodes.success) return code;
        const evaluation = await services.runs.evaluation(run);
        output.say(`\n${describeEvaluation(evaluation)}\n`);
        const report = await services.runs.export(run, join(folder, 'orchard.onnx'));
        output.say(describeParity(report));
        const heldOut = evaluation.samples.slice(0, 1).map(({ path }) => path);
        const [outcome] = await services.runs.predictWith(report.model, heldOut);
        if (outcome && 'problem' in outcome) output.problem(outcome.problem);
        else if (outcome) output.say(`\nA picture it was not trained on:\n${describePrediction(outcome)}`);
        return report.passed ? exitCodes.success : exitCodes.failure;
      }),
    );
}
