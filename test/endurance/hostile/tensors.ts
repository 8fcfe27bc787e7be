/** Checkpoints: safetensors files whose header or content is not what it says. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bent, type Dice } from '#test/support/vandal.ts';
import { askOf, copyRun } from './runs.ts';
import { spoil } from './json.ts';
import { mixed, oddNumber, type Ground } from './kind.ts';

/** A header and as many bytes of data as somebody likes. */
function safetensors(header: unknown, data: Uint8Array, length?: bigint): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt.asUintN(64, length ?? BigInt(json.length)));
  return Buffer.concat([start, json, data]);
}

function parts(bytes: Buffer): { header: unknown; data: Buffer } {
  const end = 8 + Number(bytes.readBigUInt64LE());
  return { header: JSON.parse(bytes.subarray(8, end).toString()) as unknown, data: bytes.subarray(end) };
}

function unsound(sound: Buffer, dice: Dice, ground: Ground): Uint8Array {
  const { header, data } = parts(sound);
  switch (dice.below(5)) {
    case 0:
      return bent(dice, sound, 1);
    case 1:
      return safetensors(
        header,
        data,
        dice.pick([0n, -1n, 2n ** 63n, 2n ** 40n, BigInt(dice.below(sound.length)), 100_000_000n]),
      );
    case 2:
      return safetensors(spoil(header, dice, ground), data);
    case 3: {
      const shape = [oddNumber(dice), oddNumber(dice)];
      const offsets = dice.pick([
        [0, 4],
        [0, oddNumber(dice)],
        [oddNumber(dice), 8],
        [8, 0],
      ]);
      const tensor = { dtype: dice.pick(['F32', 'F64', 'I64', 'BF16', 'X', '']), shape, data_offsets: offsets };
      return safetensors({ ...(header as object), [dice.pick(['x', '__proto__', ''])]: tensor }, data);
    }
    default:
      // Random bytes of weights under an otherwise sound header.
      return safetensors(header, Buffer.concat([data.subarray(0, dice.below(data.length)), dice.bytes(50)]));
  }
}

/** With the last checkpoint, the best or all unsound, something is asked of the run. */
export const tensors = mixed([
  [
    1,
    (dice, ground) => {
      const run = copyRun(ground);
      const sound = readFileSync(join(ground.run, 'checkpoints', 'last.safetensors'));
      for (const name of dice.pick([['best'], ['last'], ['best', 'last', 'best.before', 'last.before']])) {
        const file = join(run, 'checkpoints', `${name}.safetensors`);
        writeFileSync(file, unsound(sound, dice, ground));
        // Claimed and not there: the disk holds nothing of it.
        if (dice.below(10) === 0) truncateSync(file, dice.pick([3e9, 1e12]));
      }
      return askOf(run, dice, ground);
    },
  ],
]);
