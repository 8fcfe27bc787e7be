/** What is known of every procedure of the engine from outside: how it is called, how long it may take, whom to blame. */
import type { EngineInput, EngineProcedure } from '#shared/protocol/engine.ts';

interface Conduct<Name extends EngineProcedure> {
  /** Completes “the engine stopped while it was to …”. */
  readonly task: string;
  /** Seconds after which a process that has not answered is held for stuck and ended; the others take what they need. */
  readonly seconds: number | undefined;
  /** Whether it can be asked again of another process when the first one ends: it changes nothing. */
  readonly repeatable: boolean;
  /** The model file that it is about, which may be why a process ends. */
  readonly file?: (input: EngineInput<Name>) => string;
}

const minute = 60;

export const conduct: { readonly [Name in EngineProcedure]: Conduct<Name> } = {
  devices: { task: 'look at the devices', seconds: 2 * minute, repeatable: true },
  // Millions of files on a slow disk are listed without a pause in which it could not answer, but it takes its time.
  describeDataset: { task: 'look at the data', seconds: 30 * minute, repeatable: true },
  look: { task: 'look at what was brought', seconds: 30 * minute, repeatable: true },
  describeBackbone: { task: 'look at a backbone', seconds: minute, repeatable: true, file: ({ path }) => path },
  stages: { task: 'look at a backbone', seconds: minute, repeatable: true, file: ({ path }) => path },
  thumbnails: { task: 'draw small pictures', seconds: 2 * minute, repeatable: true },
  augmentPreviews: { task: 'draw small pictures', seconds: 2 * minute, repeatable: true },
  forecast: { task: 'make a forecast', seconds: 10 * minute, repeatable: false },
  train: { task: 'start the run', seconds: undefined, repeatable: false },
  resume: { task: 'go on with the run', seconds: undefined, repeatable: false },
  control: { task: 'pass on an order', seconds: undefined, repeatable: false },
  evaluate: { task: 'evaluate the run', seconds: undefined, repeatable: false },
  export: { task: 'export the model', seconds: undefined, repeatable: false },
  predict: { task: 'try the model', seconds: 10 * minute, repeatable: true, file: ({ model }) => model },
  namedPictures: { task: 'look for pictures', seconds: 30 * minute, repeatable: true },
  explain: { task: 'explain the project', seconds: 10 * minute, repeatable: false },
  grad: { task: 'write the gradient', seconds: undefined, repeatable: false, file: ({ path }) => path },
  step: { task: 'write the step', seconds: undefined, repeatable: false, file: ({ path }) => path },
  bench: { task: 'time the step', seconds: undefined, repeatable: false, file: ({ path }) => path },
  tune: { task: 'measure this machine', seconds: undefined, repeatable: false },
  stopTuning: { task: 'stop measuring', seconds: 2 * minute, repeatable: false },
};
