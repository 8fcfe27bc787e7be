/**
 * How many pictures the frozen part takes at a time. A processor is as fast with few as with many (within 8 % from 1 to
 * 32, docs/decisions/0034); a graphics card is tried with twice as many, again and again, until that gains nothing.
 */
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { createSession, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

/** Twice the pictures must be this much faster to be worth their memory. */
const leastGain = 1.05;
/** Bytes a run may take by estimate. No provider of the runtime says how much a graphics card has left. */
const mostBytes = 2 ** 30;
/** A trial takes some runs and the opening of a session: it pays where this many batches are to be run. */
const worthwhileBatches = 32;
const timedRuns = 3;

export interface PrefixSession {
  readonly batch: number;
  readonly session: ort.InferenceSession;
}

/** Whether the frozen part is computed in float16: not on a processor, where float32 is faster and more exact. */
export function isHalfOn(plan: Plan, device: ConcreteDevice): boolean {
  return device !== 'cpu' && plan.halfPrefix !== undefined;
}

function prefixOn(plan: Plan, device: ConcreteDevice): Model | undefined {
  if (device === 'cpu') return plan.processorPrefix;
  return isHalfOn(plan, device) ? plan.halfPrefix : plan.prefix;
}

/** @param pictures to be taken through it. @returns undefined where nothing is frozen */
export async function openPrefix(
  plan: Plan,
  device: ConcreteDevice,
  pictures: number,
): Promise<PrefixSession | undefined> {
  const prefix = prefixOn(plan, device);
  if (!prefix) return undefined;
  const first = { batch: plan.prefixBatch, session: await createSession(prefix, device) };
  return device === 'cpu' ? first : enlarge(first, plan, device, pictures);
}

/** The batch that tries show to be the best, from `first` on; sessions of others are released. */
export async function enlarge(
  first: PrefixSession,
  plan: Plan,
  device: ConcreteDevice,
  pictures: number,
): Promise<PrefixSession> {
  let best = first;
  let rate = 0;
  while (pictures >= worthwhileBatches * 2 * best.batch) {
    const larger = await plan.prefixAt(2 * best.batch);
    if (!larger || larger.bytes > mostBytes) break;
    rate ||= await picturesPerSecond(best, plan);
    const next = await attempt(larger.model, 2 * best.batch, plan, device);
    if (!next) break;
    const isBetter = next.rate >= leastGain * rate;
    await (isBetter ? best : next).session.release();
    if (!isBetter) break;
    best = next;
    rate = next.rate;
  }
  return best;
}

/** @returns undefined where the device refuses: what was tried before still works */
async function attempt(
  model: Model,
  batch: number,
  plan: Plan,
  device: ConcreteDevice,
): Promise<(PrefixSession & { readonly rate: number }) | undefined> {
  let session: ort.InferenceSession | undefined;
  try {
    session = await createSession(model, device);
    return { batch, session, rate: await picturesPerSecond({ batch, session }, plan) };
  } catch {
    await session?.release();
    return undefined;
  }
}

async function picturesPerSecond({ batch, session }: PrefixSession, { prefix }: Plan): Promise<number> {
  const picture = (prefix as Model).graph.inputs[0]?.shape.slice(1) as number[];
  const input = float32(new Float32Array(batch * elementCount(picture)), [batch, ...picture]);
  // The first run also sets the session up.
  await session.run({ input });
  const began = performance.now();
  for (let run = 0; run < timedRuns; run++) await session.run({ input });
  return (1000 * timedRuns * batch) / (performance.now() - began);
}
