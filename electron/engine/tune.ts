/** Which way to write each gradient of a model is the fastest on this machine: what `graft tune` asks for. */
import { ChoiceRecorder } from '#shared/compiler/tuning/choices.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { buildStep, explained } from '#electron/engine/bench.ts';
import { readCase } from '#electron/engine/case-file.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { tuningFile } from '#electron/engine/paths.ts';
import { chooseDevice } from '#electron/engine/runtime/devices.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { machineOf, notedBy, tunePlaces, type Machine } from '#electron/engine/tuning/tuner.ts';

let stopping = false;

/** What is measured by then is kept. */
export function stopTuning(): void {
  stopping = true;
}

export async function tune(
  { source, device: wanted, again }: EngineInput<'tune'>,
  onProgress: (progress: TuningProgress) => void,
): Promise<EngineOutput<'tune'>> {
  stopping = false;
  const began = performance.now();
  const machine = await machineOf(await chooseDevice(wanted));
  const recorder = new ChoiceRecorder(machine.target.channelBlock);
  const like = await written(source, recorder, machine);
  const { places } = recorder;
  const { measured, disturbed, problem } = await tunePlaces(places, {
    machine,
    like,
    again,
    deadline: Number.POSITIVE_INFINITY,
    interrupted: async () => {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      return stopping;
    },
    onProgress,
  });
  return {
    device: machine.device,
    machine: machine.name,
    file: tuningFile(),
    places: places.map(({ name, count, point: { kind, key, usual } }) => {
      const entry = machine.table.get(name);
      const known = entry ? { chosen: entry.choice, ms: { ...entry.ms } } : { chosen: usual };
      return { operator: kind, shape: key, count, usual, ...known };
    }),
    measured,
    disturbed,
    stopped: stopping,
    seconds: (performance.now() - began) / 1000,
    problems: [machine.table.problem, problem].filter((one) => one !== undefined),
  };
}

/** Has the training step written, so that the recorder learns its places. @returns a model in its operator sets */
async function written(
  source: EngineInput<'tune'>['source'],
  recorder: ChoiceRecorder,
  machine: Machine,
): Promise<Model> {
  const target = notedBy(recorder, machine);
  if (source.kind === 'project')
    return (await loadProject(source.document, source.baseFolder)).plan.emitFor('step', target);
  const training = readCase(source.casePath);
  const { model } = readModel(source.path);
  try {
    return (await buildStep(model, training, source.batch, target)).model;
  } catch (error) {
    throw explained(error, model.graph.inputs[0]?.shape[0], source.batch);
  }
}
