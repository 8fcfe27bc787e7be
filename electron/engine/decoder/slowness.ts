/** How slow this machine is, so that the time a picture may take is as long for it as it is for others. */
import { resample, type Picture } from '#electron/engine/data/resample.ts';

/** Milliseconds: half as much again as the work below takes where times were measured (docs/decisions/0047). */
const measured = 0.75;
const rounds = 16;
/** A machine that seems still slower is busy with something else. */
const most = 4;

/** 1 for machines as fast as that one or faster, up to 4. The best of several rounds: others may have been interrupted. */
export function slowness(): number {
  const side = 256;
  const picture: Picture = { data: new Uint8Array(3 * side * side).fill(100), width: side, height: side };
  const target = new Float32Array(3 * 64 * 64);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    resample(picture, { left: 0, top: 0, width: side, height: side }, 64, 64, target);
    least = Math.min(least, performance.now() - began);
  }
  return Math.min(most, Math.max(1, least / measured));
}
