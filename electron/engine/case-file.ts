import { parseCase, type TrainingCase } from '#shared/compiler/case-file.ts';
import { readTextSync } from '#electron/files/regular-file.ts';
import { GraftError } from '#shared/messages/error.ts';

/** @throws GraftError `compile.bad-case` */
export function readCase(path: string): TrainingCase {
  return parseCase(readJson(path));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readTextSync(path));
  } catch (error) {
    throw new GraftError('compile.bad-case', { reason: `${path} cannot be read (${(error as Error).message}).` });
  }
}
