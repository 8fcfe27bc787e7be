/** How long the training step of any model takes on random input: what `graft bench` asks for. */
import { caseInputShape, type TrainingCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { ChoiceRecorder, type Place } from '#shared/compiler/tuning/choices.ts';
import type { Shape } from '#shared/core/shape.ts';
import type { Dimension, Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import { readCase } from '#electron/engine/case-file.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { chooseDevice } from '#electron/engine/runtime/devices.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { Stepping } from '#electron/engine/stepping.ts';
import { machineOf, notedBy, type Machine } from '#electron/engine/tuning/tuner.ts';

/** Steps before the ones that are timed: the first of a session plans its memory, too. */
const warmUp = 2;

/** Times the step on one random batch, with parameters and optimizer state carried from each step into the next. */
export async function benchStep(request: EngineInput<'bench'>): Promise<EngineOutput<'bench'>> {
  const training = readCase(request.casePath);
  const device = await chooseDevice(request.device);
  const began = performance.now();
  const { model } = readModel(request.path);
  try {
    const machine = await machineOf(device);
    const recorder = new ChoiceRecorder(machine.target.channelBlock, machine.table.choices);
    const step = await buildStep(model, training, request.batch, notedBy(recorder, machine));
    const buildMilliseconds = performance.now() - began;
    const tuning = tuned(recorder.places, machine);
    return { ...(await timeStep(step, training, request.steps, device)), tuning, build_ms: buildMilliseconds };
  } catch (error) {
    throw explained(error, model.graph.inputs[0]?.shape[0], request.batch);
  }
}

/** Exporters may write the number of samples into constants, too, where the runtime stumbles over it. */
export function explained(error: unknown, own: Dimension | undefined, batch: number): unknown {
  const fromRuntime = ['run.session-failed', 'model.refused'];
  const isAnswer = error instanceof GraftError && !fromRuntime.includes(error.code);
  if (isAnswer || typeof own !== 'number' || own === batch) return error;
  const reason = `the model is made for ${own} samples at a time, and does not work with ${batch}.`;
  return Object.assign(new GraftError('input.bad-argument', { argument: '--batch', reason }), { cause: error });
}

/** The step of a batch of so many samples, written for `target`. */
export function buildStep(model: Model, training: TrainingCase, batch: number, target: Target): Promise<CaseStep> {
  const { shape, batches } = sizedFor(batch, model, training);
  return buildCaseStep(model, { ...training, batches }, shape, oracle, target);
}

function tuned(places: readonly Place[], { table }: Machine): EngineOutput<'bench'>['tuning'] {
  const known = places.flatMap(({ name, point }) => {
    const entry = table.get(name);
    return entry ? [entry.choice !== point.usual] : [];
  });
  return { places: places.length, measured: known.length, unusual: known.filter(Boolean).length };
}

async function timeStep(
  step: CaseStep,
  training: TrainingCase,
  steps: number,
  device: ConcreteDevice,
): Promise<Omit<EngineOutput<'bench'>, 'build_ms' | 'tuning'>> {
  const stepping = new Stepping(step, training, device);
  try {
    const began = performance.now();
    await stepping.open();
    const openMilliseconds = performance.now() - began;
    for (let index = 0; index < warmUp; index++) await stepping.advance(1);
    const stepsPerRun = Math.min(steps, stepping.stepsPerRun);
    if (stepsPerRun > 1) await stepping.repeat(stepsPerRun);
    const before = stepping.times.length;
    for (let left = steps; left > 0; left -= stepsPerRun) await stepping.advance(Math.min(left, stepsPerRun));
    return {
      device,
      input: [...stepping.shape],
      steps,
      stepsPerRun,
      warmUp: stepping.losses.length - steps,
      ms: spread(stepping.times.slice(before)),
      loss: stepping.losses,
      peakRssMiB: process.resourceUsage().maxRSS / 1024,
      open_ms: openMilliseconds,
    };
  } finally {
    await stepping.release();
  }
}

/**
 * The shape of an input of `batch` samples, and the case's batches with as many.
 * @throws GraftError `compile.bad-case`
 */
function sizedFor(
  batch: number,
  model: Model,
  training: TrainingCase,
): { shape: Shape; batches: TrainingCase['batches'] } {
  const inputs = model.graph.inputs.map((input) => ({
    ...input,
    shape: input.shape.map((size, axis) => (axis === 0 ? batch : size)),
  }));
  const [recorded, ...sizes] = caseInputShape({ ...model, graph: { ...model.graph, inputs } }, training);
  if (recorded === undefined)
    throw new GraftError('compile.bad-case', { reason: 'the model takes no input with an axis of samples.' });
  const scaled = (size: number, axis: number): number => (axis === 0 ? (size * batch) / recorded : size);
  return {
    shape: [batch, ...sizes],
    batches: training.batches?.map((one) => ({ ...one, shape: one.shape.map(scaled) })),
  };
}

function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (place: number): number => sorted[place] as number;
  const last = sorted.length - 1;
  return { min: at(0), median: (at(last >> 1) + at(sorted.length >> 1)) / 2, max: at(last) };
}
