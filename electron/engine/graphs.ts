/** Training graphs of any model as files: what `graft grad` and `graft step` ask for. */
import { existsSync, realpathSync } from 'node:fs';
import { caseInputShape } from '#shared/compiler/case-file.ts';
import { buildCaseStep } from '#shared/compiler/case-step.ts';
import { buildGradientGraph } from '#shared/compiler/gradient-graph.ts';
import type { Model, ValueInfo } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import { readCase } from '#electron/engine/case-file.ts';
import { readModel, writeModel } from '#electron/engine/model-file.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';

/** Writes the gradient graph of a model. */
export async function writeGradient({
  path,
  of,
  wrt,
  shapes,
  file,
}: EngineInput<'grad'>): Promise<EngineOutput<'grad'>> {
  assertOther(file, [path]);
  const { model } = readModel(path);
  const inputShapes = new Map(Object.entries(shapes));
  return written(file, await buildGradientGraph(model, { of, wrt, inputShapes }, oracle));
}

/** Writes the training step of a model for a case file. */
export async function writeStep({ path, casePath, file }: EngineInput<'step'>): Promise<EngineOutput<'step'>> {
  assertOther(file, [path, casePath]);
  const training = readCase(casePath);
  const { model } = readModel(path);
  const { model: step } = await buildCaseStep(model, training, caseInputShape(model, training), oracle);
  return written(file, step);
}

/** A training graph is no substitute for what it is made from. @throws GraftError `input.bad-argument` */
function assertOther(file: string, read: readonly string[]): void {
  const place = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  const replaced = read.find((path) => place(path) === place(file));
  if (replaced === undefined) return;
  throw new GraftError('input.bad-argument', { argument: '--output', reason: `it would replace ${replaced}.` });
}

function written(file: string, model: Model): EngineOutput<'grad'> {
  const bytes = writeModel(file, model);
  const described = ({ name, dtype, shape }: ValueInfo): EngineOutput<'grad'>['inputs'][number] => ({
    name,
    dtype,
    shape: shape.map(Number),
  });
  const { inputs, outputs, nodes } = model.graph;
  return { file, bytes, nodes: nodes.length, inputs: inputs.map(described), outputs: outputs.map(described) };
}
