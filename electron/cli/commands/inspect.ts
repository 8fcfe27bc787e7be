/** Looks inside: compiler phases, freeze lines, devices. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { dirname } from 'node:path';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';
import { bytes, count, table } from '../view/format.ts';

interface JsonOption {
  readonly json?: boolean;
}

const phases = 7;

export function addExplain(program: Command, perform: Perform): void {
  program
    .command('explain')
    .description('print what the compiler makes of a project')
    .argument('<file.graft>')
    .option('--phase <n>', `one phase only, 1 to ${phases}`, parsePhase)
    .option('--json', 'one JSON line on standard output')
    .action((file: string, options: JsonOption & { phase?: number }) =>
      perform(options, async ({ output, services }) => {
        const { document, path } = await services.documents.open(file);
        await services.trusted.require(document);
        const phase = options.phase === undefined ? {} : { phase: options.phase };
        const text = await services.engine.call('assistant', 'explain', {
          document,
          baseFolder: dirname(path),
          ...phase,
        });
        output.result({ ...phase, text }, () => text);
        return exitCodes.success;
      }),
    );
}

export function addStages(program: Command, perform: Perform): void {
  program
    .command('stages')
    .description('the places a freeze line can stand, input first')
    .argument('<file.onnx>', 'an ONNX file, or the id of a built-in backbone')
    .option('--json', 'a JSON line per stage on standard output')
    .action((file: string, options: JsonOption) =>
      perform(options, async ({ output, services }) => {
        const { stages } = await services.facts.backbone(file, '');
        if (output.json) for (const stage of stages) output.result(stage, () => '');
        else {
          const rows = stages.map(({ stage, shape, parametersBelow, parametersAbove, blockedBy }) => [
            stage,
            shape.join('×'),
            count(parametersBelow),
            count(parametersAbove),
            blockedBy === undefined ? '' : `cannot train: ${blockedBy}`,
          ]);
          output.say(table([['stage', 'shape', 'below', 'above', ''], ...rows]));
        }
        return exitCodes.success;
      }),
    );
}

export function addDevices(program: Command, perform: Perform): void {
  program
    .command('devices')
    .description('what can compute here')
    .option('--json', 'a JSON line per device on standard output')
    .action((options: JsonOption) =>
      perform(options, async ({ output, services }) => {
        for (const device of await services.engine.call('assistant', 'devices', {})) {
          output.result(device, () => {
            const memory = device.memoryBytes === undefined ? '' : ` · ${bytes(device.memoryBytes)}`;
            const state = device.available
              ? device.preferred
                ? ' · auto'
                : ''
              : ` · not here: ${device.reason ?? ''}`;
            return `${device.device.padEnd(7)} ${device.name}${memory}${state}`;
          });
        }
        return exitCodes.success;
      }),
    );
}

function parsePhase(value: string): number {
  const phase = Number(value);
  if (!Number.isInteger(phase) || phase < 1 || phase > phases) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${phases}.`);
  }
  return phase;
}
