/** Measures which way to write each gradient of a model or a project is the fastest on this machine. */
import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { GraftError } from '#shared/messages/error.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import { devices, type Device } from '#shared/protocol/run.ts';
import type { TuningReport } from '#shared/protocol/tuning.ts';
import { withAbsolutePaths } from '#electron/services/document-paths.ts';
import { projectEnding } from '#electron/services/documents.ts';
import { exitCodes } from '../exit-code.ts';
import { onInterrupt } from '../interrupt.ts';
import { sentence } from '../output.ts';
import type { Perform, Session } from '../session.ts';
import { table } from '../view/format.ts';
import { TuningView } from '../view/tuning-view.ts';
import { parseCount } from './count.ts';

interface Options {
  readonly case?: string;
  readonly batch?: number;
  readonly device: Device;
  readonly again?: boolean;
  readonly json?: boolean;
}

export function addTune(program: Command, perform: Perform): void {
  program
    .command('tune')
    .description('measure which way to write each gradient is the fastest here; Ctrl+C keeps what is measured')
    .argument('<file>', 'a project, or an ONNX model with --case and --batch')
    .option('--case <case.json>', 'loss, optimizer, and what is trained of a model')
    .option('--batch <n>', 'samples of a step of a model: the first size of the input', parseCount)
    .addOption(new Option('--device <device>', 'where to compute').choices(devices).default('auto'))
    .option('--again', 'measure anew what is known')
    .option('--json', 'one JSON line on standard output')
    .action((file: string, options: Options) =>
      perform(options, async (session) => {
        const { output, services } = session;
        const source = await sourceOf(file, options, session);
        const view = new TuningView(output);
        const interrupts = onInterrupt(() => {
          view.end();
          output.log('stopping; what is measured is kept (Ctrl+C again leaves at once)');
          services.engine.call('estimator', 'stopTuning', {}).catch((error: unknown) => output.log(String(error)));
        });
        try {
          const request = { source, device: options.device, again: options.again === true };
          const report = await services.engine.call('estimator', 'tune', request, {
            onProgress: (progress) => view.show(progress),
          });
          view.end();
          for (const problem of report.problems) output.log(sentence(problem));
          output.result(report, () => describe(basename(file), report));
          return interrupts.met ? exitCodes.interrupted : exitCodes.success;
        } finally {
          view.end();
          interrupts.end();
        }
      }),
    );
}

async function sourceOf(file: string, options: Options, { services }: Session): Promise<EngineInput<'tune'>['source']> {
  if (file.endsWith(projectEnding)) {
    const { document, path } = await services.documents.open(file);
    await services.trusted.require(document);
    return { kind: 'project', document: withAbsolutePaths(document, path), baseFolder: resolve(path, '..') };
  }
  const missing = options.case === undefined ? '--case' : options.batch === undefined ? '--batch' : undefined;
  if (missing !== undefined)
    throw new GraftError('input.bad-argument', { argument: missing, reason: 'a model needs it.' });
  const { case: casePath = '', batch = 0 } = options;
  return { kind: 'model', path: resolve(file), casePath: resolve(casePath), batch };
}

function describe(name: string, report: TuningReport): string {
  const { places, measured, disturbed, device, stopped, seconds, file } = report;
  if (places.length === 0) return `${name}: no gradient of it can be written in several ways.`;
  const rows = places.map(({ operator, shape, count, usual, chosen, ms }) => [
    operator.replace(/Gradient$/, ''),
    `${count}×`,
    shape,
    usual,
    ms === undefined ? 'not measured' : chosen === usual ? '=' : chosen,
    Object.entries(ms ?? {})
      .toSorted(([, left], [, right]) => left - right)
      .map(([way, time]) => `${way} ${time.toPrecision(3)}`)
      .join(', '),
  ]);
  const unusual = places.filter(({ usual, chosen }) => chosen !== usual).length;
  const left = places.filter(({ ms }) => ms === undefined).length;
  return [
    table([['gradient of', '', 'sizes', 'usual', 'chosen', 'ms'], ...rows]),
    `${name} on ${device}: ${measured} measured in ${seconds.toFixed(0)} s, ${unusual} of ${places.length} otherwise than usual`,
    ...(stopped && left > 0 ? [`${left} not measured: stopped`] : []),
    ...(disturbed > 0 ? [`${disturbed} not measured: the machine was busy with something else; tune again later`] : []),
    `kept in ${file}`,
  ].join('\n');
}
