/** Times the training step of any ONNX model. */
import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { EngineOutput } from '#shared/protocol/engine.ts';
import { devices, type Device } from '#shared/protocol/run.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';
import { bytes, table } from '../view/format.ts';
import { parseCount } from './count.ts';

interface Options {
  readonly case: string;
  readonly batch: number;
  readonly steps: number;
  readonly device: Device;
  readonly json?: boolean;
}

export function addBench(program: Command, perform: Perform): void {
  program
    .command('bench')
    .description('time the training step of any ONNX model on random input')
    .argument('<file.onnx>')
    .requiredOption('--case <case.json>', 'loss, optimizer, and what is trained')
    .requiredOption('--batch <n>', 'samples of a step: the first size of the input', parseCount)
    .option('--steps <k>', 'steps to time', parseCount, 5)
    .addOption(new Option('--device <device>', 'where to compute').choices(devices).default('auto'))
    .option('--json', 'one JSON line on standard output')
    .action((file: string, { case: casePath, batch, steps, device, ...options }: Options) =>
      perform(options, async ({ output, services }) => {
        const request = { path: resolve(file), casePath: resolve(casePath), batch, steps, device };
        const measured = await services.engine.call('estimator', 'bench', request);
        const first = measured.loss.indexOf(null);
        if (first >= 0) output.log(`The loss is not a finite number in step ${first + 1}. Lower the learning rate.`);
        output.result(measured, () => describe(basename(file), measured));
        return exitCodes.success;
      }),
    );
}

function describe(name: string, measured: EngineOutput<'bench'>): string {
  const {
    device,
    input,
    steps: timed,
    stepsPerRun,
    warmUp,
    ms,
    loss,
    tuning,
    peakRssMiB,
    build_ms: build,
    open_ms: open,
  } = measured;
  const said = (value: number | null | undefined): string => value?.toPrecision(5) ?? 'not finite';
  const rows = [
    ['median', milliseconds(ms.median)],
    ['fastest', milliseconds(ms.min)],
    ['slowest', milliseconds(ms.max)],
    ['loss', `${said(loss[0])} → ${said(loss.at(-1))}`],
    ['gradients', written(tuning)],
    ['peak memory', bytes(peakRssMiB * 2 ** 20)],
    ['built in', milliseconds(build)],
    ['opened in', milliseconds(open)],
  ];
  const runs = stepsPerRun > 1 ? `, ${stepsPerRun} in a run` : '';
  return `${name}, input ${input.join('×')}, on ${device}: ${timed} steps timed${runs}, after ${warmUp} to warm up\n${table(rows)}`;
}

function milliseconds(value: number): string {
  return `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} ms`;
}

/** How the gradients are written. */
function written({ places, measured, unusual }: EngineOutput<'bench'>['tuning']): string {
  if (measured === 0) return 'as usual (“graft tune” measures what is fastest here)';
  return `${measured} of ${places} measured here, ${unusual} written otherwise than usual`;
}
