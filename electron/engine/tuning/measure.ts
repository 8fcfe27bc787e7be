/** Times the ways to write one place, in turn, so that whatever else the machine does weighs on all of them. */
import { randomInput } from '#shared/compiler/random-batch.ts';
import type { Choices, Place } from '#shared/compiler/tuning/choices.ts';
import { trialOf, type Trial } from '#shared/compiler/tuning/trial.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { PlacedValues, type Feeds } from '#electron/engine/runtime/placed-values.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import { Way } from '#electron/engine/tuning/way.ts';

/** Rounds at least; then about that many milliseconds, and up to some more until the runs of those that matter are alike. */
const leastRounds = 4;
const placeMilliseconds = 500;
const patienceMilliseconds = 3000;
/** A way that has at best taken so many times the best one's time is out: after the first rounds, and later. */
const hopeless = 5;
const clearlyWorse = 1.5;
const firstRounds = 3;
/** Another way than the usual one has to be faster by more than measurements differ. */
const noise = 0.95;

export interface Measured {
  /** Undefined where the machine did too much else to tell. */
  readonly choice: string | undefined;
  /** Milliseconds of each way that ran, at best: what else the machine does only ever adds to them. */
  readonly ms: Readonly<Record<string, number>>;
}

export interface Measuring {
  readonly device: ConcreteDevice;
  readonly target: Target;
  /** A model in the operator sets of the graph. */
  readonly like: Model;
  /** Ways to write other places. */
  readonly choices: Choices;
  /** Asked between turns; lets messages in. */
  readonly interrupted: () => Promise<boolean>;
}

/** How long a way takes. */
type Timed = Pick<Way, 'name' | 'fastest' | 'quartile' | 'isSteady'>;

/**
 * Another way than the usual one has to win twice, the second time against the usual one alone and in sessions of their
 * own: a session may be slow from beginning to end for reasons of the machine's.
 * @returns undefined where it was interrupted, or where the usual way does not run by itself
 */
export async function measurePlace(place: Place, measuring: Measuring): Promise<Measured | undefined> {
  const { candidates, usual } = place.point;
  const first = await measureWays(place, candidates, measuring);
  if (!first || first.choice === undefined || first.choice === usual) return first;
  const second = await measureWays(place, [first.choice, usual], measuring);
  return second && { choice: second.choice, ms: { ...first.ms, ...second.ms } };
}

async function measureWays(
  place: Place,
  names: readonly string[],
  measuring: Measuring,
): Promise<Measured | undefined> {
  const { usual } = place.point;
  const ways: Way[] = [];
  let placed: PlacedValues | undefined;
  try {
    for (const name of names) {
      if (await measuring.interrupted()) return undefined;
      const trial = trialOf(place, name, measuring.choices, measuring.target, measuring.like);
      placed ??= await PlacedValues.place(feedsOf(trial), measuring.device, measuring.like);
      const way = await Way.open(name, trial.model, placed.feeds, measuring.device);
      if (way) ways.push(way);
    }
    if (!ways.some(({ name }) => name === usual)) return undefined;
    return (await race(ways, usual, measuring)) ? decide(ways, usual) : undefined;
  } finally {
    for (const way of ways) await way.release();
    await placed?.release();
  }
}

/** @returns false where it was interrupted */
async function race(ways: readonly Way[], usual: string, { interrupted }: Measuring): Promise<boolean> {
  const began = performance.now();
  let running = ways;
  for (let round = 1; ; round++) {
    const spent = performance.now() - began;
    const isSettled = isCertain(...contenders(ways, usual));
    if (round > leastRounds && spent > (isSettled ? placeMilliseconds : patienceMilliseconds)) return true;
    for (const way of running) {
      await way.turn();
      if (await interrupted()) return false;
    }
    const best = Math.min(...running.map(({ fastest }) => fastest));
    // What all are held against stays longer.
    const isOut = ({ name, fastest }: Way): boolean =>
      fastest > (round <= firstRounds || name === usual ? hopeless : clearlyWorse) * best;
    for (const way of running) if (isOut(way)) await way.release();
    running = running.filter((way) => !isOut(way));
  }
}

/** The fastest way, and the usual one. */
function contenders(ways: readonly Timed[], usual: string): readonly [Timed, Timed] {
  const best = ways.reduce((left, right) => (right.fastest < left.fastest ? right : left));
  return [best, ways.find(({ name }) => name === usual) ?? best];
}

/** Whether runs of the same are alike, or one way is ordinarily faster than the other at its best. */
function isCertain(best: Timed, own: Timed): boolean {
  return (best.isSteady && own.isSteady) || best.quartile < noise * own.fastest;
}

/** @param ways that have run, the usual one among them */
export function decide(ways: readonly Timed[], usual: string): Measured {
  const [best, own] = contenders(ways, usual);
  const ms = Object.fromEntries(ways.map(({ name, fastest }) => [name, Number(fastest.toPrecision(4))]));
  if (!isCertain(best, own)) return { choice: undefined, ms };
  const isFaster = best.fastest < noise * own.fastest && best.quartile < noise * own.quartile;
  return { choice: isFaster ? best.name : usual, ms };
}

function feedsOf({ inputs }: Trial): Feeds {
  return Object.fromEntries(inputs.map(({ name, type, below }) => [name, toRuntime(randomInput(type, below))]));
}
