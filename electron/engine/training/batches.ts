/** What goes into each step: which samples, how much each counts, which units are dropped. Pure functions of the seed. */
import { randomPermutation, randomStreams, randomWord } from '#shared/core/random.ts';
import type { DropoutInput } from '#shared/compiler/head.ts';

/** Samples of an epoch in their order; positions are into the training split. @param epoch from 1 */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  return randomPermutation(seed, randomStreams.shuffle, epoch, count);
}

export interface BatchPlaces {
  /** Position in the training split of each place of the batch; padding repeats the first. */
  readonly positions: Uint32Array;
  /** 1 for a sample, 0 for padding. */
  readonly weights: Float32Array;
}

/** Batch `index` of an epoch, padded to `batch` places. */
export function batchPlaces(order: Uint32Array, index: number, batch: number): BatchPlaces {
  const start = index * batch;
  const positions = new Uint32Array(batch);
  const weights = new Float32Array(batch);
  for (let place = 0; place < batch; place++) {
    const present = start + place < order.length;
    positions[place] = order[present ? start + place : 0] as number;
    weights[place] = present ? 1 : 0;
  }
  return { positions, weights };
}

/**
 * Writes the dropout mask of one step at `offset`: 0 with probability `rate`, else 1/(1 − rate) (inverted dropout,
 * Srivastava et al. 2014). The rate is met to 1/65,536; a random word serves two elements.
 * @param step global step, from 1
 */
function writeDropoutMask(
  target: Float32Array,
  offset: number,
  count: number,
  layer: number,
  rate: number,
  seed: number,
  step: number,
): void {
  const limit = Math.round(rate * 0x10000);
  const kept = 1 / (1 - rate);
  const counter = step * 16 + layer;
  for (let index = 0; index < count; index += 2) {
    const word = randomWord(seed, randomStreams.dropout, counter, index);
    target[offset + index] = (word & 0xffff) < limit ? 0 : kept;
    if (index + 1 < count) target[offset + index + 1] = word >>> 16 < limit ? 0 : kept;
  }
}

/** Masks of `steps` consecutive steps, one array a dropout layer: [steps, batch, width]. */
export function dropoutMasks(
  dropouts: readonly DropoutInput[],
  batch: number,
  firstStep: number,
  steps: number,
  seed: number,
): Float32Array[] {
  return dropouts.map(({ width, rate }, layer) => {
    const masks = new Float32Array(steps * batch * width);
    for (let index = 0; index < steps; index++) {
      writeDropoutMask(masks, index * batch * width, batch * width, layer, rate, seed, firstStep + index);
    }
    return masks;
  });
}
