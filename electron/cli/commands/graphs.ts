/** Writes training graphs of any ONNX model: for people who run them themselves. */
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { EngineOutput } from '#shared/protocol/engine.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform } from '../session.ts';
import { bytes, count, table } from '../view/format.ts';

interface GradOptions {
  readonly of: string;
  readonly wrt: readonly string[];
  readonly shape: Readonly<Record<string, number[]>>;
  readonly output: string;
  readonly json?: boolean;
}

interface StepOptions {
  readonly case: string;
  readonly output: string;
  readonly json?: boolean;
}

export function addGrad(program: Command, perform: Perform): void {
  program
    .command('grad')
    .description('write the gradient graph of any ONNX model')
    .argument('<file.onnx>')
    .requiredOption('--of <tensor>', 'the value that is differentiated')
    .requiredOption('--wrt <name,…>', 'what it is differentiated with respect to; may be repeated', collectNames)
    .option(
      '--shape <input=4x3x…>',
      'shape of an input whose sizes are open (1 otherwise); may be repeated',
      collectShape,
      {},
    )
    .requiredOption('-o, --output <out.onnx>', 'the graph to write')
    .option('--json', 'one JSON line on standard output')
    .action((file: string, { of, wrt, shape, output: out, ...options }: GradOptions) =>
      perform(options, async ({ output, services }) => {
        const request = { path: resolve(file), of, wrt: [...wrt], shapes: shape, file: resolve(out) };
        const written = await services.engine.call('assistant', 'grad', request);
        output.result(written, () => describeGraph(written));
        return exitCodes.success;
      }),
    );
}

export function addStep(program: Command, perform: Perform): void {
  program
    .command('step')
    .description('write the training step of any ONNX model for a loss and an optimizer')
    .argument('<file.onnx>')
    .requiredOption('--case <case.json>', 'loss, optimizer, and what is trained')
    .requiredOption('-o, --output <out.onnx>', 'the graph to write')
    .option('--json', 'one JSON line on standard output')
    .action((file: string, { case: casePath, output: out, ...options }: StepOptions) =>
      perform(options, async ({ output, services }) => {
        const request = { path: resolve(file), casePath: resolve(casePath), file: resolve(out) };
        const written = await services.engine.call('assistant', 'step', request);
        output.result(written, () => describeGraph(written));
        return exitCodes.success;
      }),
    );
}

function describeGraph({ file, bytes: size, nodes, inputs, outputs }: EngineOutput<'grad'>): string {
  const rows = [
    ...inputs.map((input) => ['in', input] as const),
    ...outputs.map((output) => ['out', output] as const),
  ].map(([side, { name, dtype, shape }]) => [side, name, dtype, shape.join('×') || 'scalar']);
  return `${file}: ${count(nodes)} nodes, ${bytes(size)}\n${table(rows)}`;
}

function collectNames(value: string, before: readonly string[] = []): readonly string[] {
  const names = value.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Names are separated by single commas.');
  return [...before, ...names];
}

function collectShape(value: string, before: Readonly<Record<string, number[]>>): Readonly<Record<string, number[]>> {
  const at = value.lastIndexOf('=');
  const sizes = value.slice(at + 1).split(/[x×,]/);
  if (at < 1 || !sizes.every((size) => /^\d+$/.test(size)))
    throw new InvalidArgumentError('It must read like input=1x3x224x224.');
  return { ...before, [value.slice(0, at)]: sizes.map(Number) };
}
