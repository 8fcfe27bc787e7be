/** What the engine does for each procedure of its protocol. */
import { explain } from '#shared/compiler/explain.ts';
import type { EngineInput, EngineOutput, EngineProcedure } from '#shared/protocol/engine.ts';
import type { BackboneFacts } from '#shared/nodes/facts.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { describeBackbone } from '#electron/engine/backbones.ts';
import { benchStep } from '#electron/engine/bench.ts';
import { readFolder } from '#electron/engine/data/folder.ts';
import { namedPictures } from '#electron/engine/data/named-pictures.ts';
import { withRanges } from '#electron/engine/data/ranges.ts';
import { augmentPreviews, thumbnails } from '#electron/engine/data/thumbnails.ts';
import { forecast } from '#electron/engine/forecast.ts';
import { writeGradient, writeStep } from '#electron/engine/graphs.ts';
import { examiningBytes } from '#electron/engine/budget.ts';
import { look } from '#electron/engine/look/look.ts';
import { predict } from '#electron/engine/predict.ts';
import { chooseDevice, listDevices } from '#electron/engine/runtime/devices.ts';
import { withinMemory } from '#electron/engine/vitals/vitals.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { stopTuning, tune } from '#electron/engine/tune.ts';
import { control, evaluate, exportRun, pool, resume, train, type EmitEvents } from '#electron/engine/training/runs.ts';

export type SayProgress = (progress: TuningProgress) => void;

type Procedures = {
  readonly [Name in EngineProcedure]: (input: EngineInput<Name>, say: SayProgress) => Promise<EngineOutput<Name>>;
};

function describe(path: string, id = path): Promise<BackboneFacts> {
  return withinMemory(examiningBytes(path), () => describeBackbone(path, id));
}

export function procedures(emit: EmitEvents): Procedures {
  return {
    devices: () => listDevices(),
    describeDataset: async (input) => withRanges((await readFolder(input, 'folders')).facts),
    look: ({ paths, together }) =>
      look(paths, { describeBackbone: describe, ...(together === undefined ? {} : { together }) }),
    describeBackbone: ({ path, id }) => describe(path, id),
    thumbnails: ({ paths, size }) => thumbnails(paths, size),
    augmentPreviews: ({ paths, augment, size, seed }) => augmentPreviews(paths, augment, size, seed),
    forecast: async ({ document, baseFolder, device }) =>
      forecast(await loadProject(document, baseFolder, 'folders'), await chooseDevice(device), pool),
    train: (input) => train(input, emit),
    resume: ({ run }) => resume(run, emit),
    control: async (input) => {
      control(input);
      return {};
    },
    evaluate: ({ run }) => evaluate(run),
    export: ({ run, file, unequal }) => exportRun(run, file, unequal),
    predict: ({ model, inputs }) => withinMemory(examiningBytes(model), () => predict(model, inputs)),
    namedPictures: ({ paths }) => Promise.all(paths.map(namedPictures)),
    explain: async ({ document, baseFolder, phase }) =>
      explain((await loadProject(document, baseFolder, 'folders')).plan, phase),
    grad: writeGradient,
    step: writeStep,
    bench: benchStep,
    tune,
    stopTuning: async () => {
      stopTuning();
      return {};
    },
    stages: async ({ path }) => (await describe(path)).stages,
  };
}
