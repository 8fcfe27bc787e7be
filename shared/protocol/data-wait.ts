/** Whether the pictures of a run come too slowly, as far as its epochs tell. */
import type { RunEvent } from '#shared/protocol/run.ts';

/** Below this share nobody would notice. */
const noticeable = 0.05;

/** What helps. */
export const waitRemedy =
  'Training is faster than the photos come. Smaller photo files, a faster disk, or fewer programs beside this one help; so do Cached versions in the Augment node.';

/** Share of the time of an epoch's steps in which they waited for rows or pictures, 0–1; undefined where it is not worth a word. */
export function noticeableWait({
  seconds,
  dataWaitSeconds = 0,
}: Pick<Extract<RunEvent, { event: 'epoch' }>, 'seconds' | 'dataWaitSeconds'>): number | undefined {
  const share = dataWaitSeconds / seconds;
  return share >= noticeable ? share : undefined;
}
