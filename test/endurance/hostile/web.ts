/** What reaches the port: requests and frames that no browser sends. Afterwards the next good one has to be answered. */
import { frame, request, send, windowUpgrade, type Dice } from '#test/support/vandal.ts';
import type { Attack, Ground } from './kind.ts';

export const requests: Attack = async (dice: Dice, { target }: Ground) => {
  await send(dice, dice.below(2) ? target : { port: target.port }, [request(dice, target)]);
};

/** One connection with one frame. */
export const frames: Attack = async (dice: Dice, { target }: Ground) => {
  await send(dice, target, [windowUpgrade(target), frame(dice)]);
};
