/** Measures the places of a training graph that nobody has measured on this machine, and keeps what it finds. */
import type { ChoiceRecorder, Place } from '#shared/compiler/tuning/choices.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { toProblem, type Problem } from '#shared/messages/error.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { tuningFile } from '#electron/engine/paths.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { targetOf } from '#electron/engine/runtime/target.ts';
import { measurePlace } from '#electron/engine/tuning/measure.ts';
import { machineName, TuningTable } from '#electron/engine/tuning/table.ts';

/** What graphs for a device are written for, and what is known of it. */
export interface Machine {
  readonly device: ConcreteDevice;
  readonly name: string;
  readonly target: Target;
  readonly table: TuningTable;
}

export async function machineOf(device: ConcreteDevice): Promise<Machine> {
  const target = await targetOf(device);
  const name = machineName(device, target.channelBlock);
  return { device, name, target, table: new TuningTable(tuningFile(), name) };
}

/** The target that notes its places in a recorder, which knows the ways to write them. */
export function notedBy(recorder: ChoiceRecorder, { target }: Machine): Target {
  return { ...target, spellings: recorder.spellings };
}

export interface Tuning {
  readonly machine: Machine;
  /** A model in the operator sets of the graph. */
  readonly like: Model;
  /** Whether what is known is measured again. */
  readonly again: boolean;
  /** When no further place is begun, as `performance.now()` counts. */
  readonly deadline: number;
  readonly interrupted: () => Promise<boolean>;
  readonly onProgress: (progress: TuningProgress) => void;
}

interface Tuned {
  /** Places measured, and those where the machine did too much else to tell. */
  readonly measured: number;
  readonly disturbed: number;
  /** What stood in the way of keeping what was found. */
  readonly problem: Problem | undefined;
}

export async function tunePlaces(places: readonly Place[], tuning: Tuning): Promise<Tuned> {
  const { table, device, target } = tuning.machine;
  const wanted = places.filter(({ name }) => tuning.again || table.get(name) === undefined).toSorted(byWeight);
  const began = performance.now();
  let [measured, disturbed] = [0, 0];
  let fault: Problem | undefined;
  const say = (done: number): void => {
    const spent = (performance.now() - began) / 1000;
    const untilDeadline = Math.max(0, (tuning.deadline - performance.now()) / 1000);
    const secondsLeft = done === 0 ? null : Math.min(untilDeadline, (spent / done) * (wanted.length - done));
    tuning.onProgress({ done, total: wanted.length, secondsLeft });
  };
  for (const [done, place] of wanted.entries()) {
    say(done);
    if (performance.now() > tuning.deadline || (await tuning.interrupted())) break;
    const found = await measurePlace(place, {
      device,
      target,
      like: tuning.like,
      choices: table.choices,
      interrupted: tuning.interrupted,
    });
    if (!found) continue;
    if (found.choice === undefined) {
      disturbed++;
      continue;
    }
    measured++;
    try {
      table.keep(place.name, { choice: found.choice, usual: place.point.usual, ms: found.ms });
    } catch (error) {
      fault ??= toProblem(error);
    }
  }
  if (measured + disturbed === wanted.length) say(wanted.length);
  return { measured, disturbed, problem: fault };
}

/** What is read most often first, for time may run out. */
function byWeight(left: Place, right: Place): number {
  return weightOf(right) - weightOf(left);
}

function weightOf({ point, count }: Place): number {
  const sizes = point.node.inputs.map((name) => elementCount(point.typeOf(name)?.shape ?? []));
  return count * Math.max(...sizes);
}
