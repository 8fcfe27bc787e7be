/** The ways to write gradients that a run is compiled with; a long first run of a project measures them before it trains. */
import { availableParallelism } from 'node:os';
import type { Plan } from '#shared/compiler/compile.ts';
import { ChoiceRecorder, type Choices, type Place } from '#shared/compiler/tuning/choices.ts';
import { multiplications } from '#shared/compiler/tuning/work.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Problem } from '#shared/messages/error.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { machineOf, notedBy, tunePlaces, type Machine } from '#electron/engine/tuning/tuner.ts';

/** Measuring may take that share of a run, and no more than so many seconds; with less than the least it is left. */
const largestShare = 0.02;
const mostSeconds = 10;
const leastSeconds = 1;
/** What a thread of a fast processor multiplies in a second: a run takes longer than that says. */
const multiplicationsPerSecond = 4e10;

interface Known {
  readonly machine: Machine;
  readonly places: readonly Place[];
  readonly like: Model;
}

/** Those of a plan's places that are written otherwise than usual, by what is kept of this machine. */
export async function knownChoices(plan: Plan, device: ConcreteDevice): Promise<Choices> {
  return isHeldToMemory(plan) ? {} : choicesOf(await look(plan, device));
}

/** Checkpoints are counted for the usual ways, and others may hold more. */
function isHeldToMemory({ phases }: Plan): boolean {
  return phases.checkpointing !== undefined;
}

async function look(plan: Plan, device: ConcreteDevice): Promise<Known> {
  const machine = await machineOf(device);
  const recorder = new ChoiceRecorder(machine.target.channelBlock);
  const like = plan.emitFor('step', notedBy(recorder, machine));
  return { machine, places: recorder.places, like };
}

function choicesOf({ machine, places }: Known): Choices {
  return Object.fromEntries(
    places.flatMap(({ name, point }) => {
      const choice = machine.table.get(name)?.choice;
      return choice === undefined || choice === point.usual ? [] : [[name, choice]];
    }),
  );
}

export interface RunToTune {
  readonly plan: Plan;
  readonly device: ConcreteDevice;
  /** Of the whole run. */
  readonly steps: number;
  readonly interrupted: () => Promise<boolean>;
  readonly onProgress: (progress: TuningProgress) => void;
  readonly onProblem: (problem: Problem) => void;
}

/** The same, with places that nobody has measured yet measured first where the run is long enough for it. */
export async function choicesForRun(run: RunToTune): Promise<Choices> {
  if (isHeldToMemory(run.plan)) return {};
  const known = await look(run.plan, run.device);
  const { table } = known.machine;
  if (table.problem && known.places.length > 0) run.onProblem(table.problem);
  const seconds = secondsToTune(run.plan, run.device, run.steps);
  if (seconds > 0 && known.places.some(({ name }) => table.get(name) === undefined)) {
    const { problem } = await tunePlaces(known.places, {
      ...known,
      again: false,
      deadline: performance.now() + 1000 * seconds,
      interrupted: run.interrupted,
      onProgress: run.onProgress,
    });
    if (problem) run.onProblem(problem);
  }
  return choicesOf(known);
}

/** Seconds that measuring may take before a run of so many steps; 0 where it does not pay, and on other devices. */
export function secondsToTune(plan: Plan, device: ConcreteDevice, steps: number): number {
  if (device !== 'cpu') return 0;
  const work = steps * multiplications(plan.phases.partition.suffix.graph);
  const seconds = largestShare * (work / (multiplicationsPerSecond * availableParallelism()));
  return seconds < leastSeconds ? 0 : Math.min(mostSeconds, seconds);
}
