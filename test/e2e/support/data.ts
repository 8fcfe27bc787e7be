/** Pictures for the scenarios: the sample in the box, and small folders made of copies of it. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateProgram } from '#electron/services/program.ts';

export const sampleFolder = join(locateProgram().resources, 'sample/orchard');

/** Makes a data folder with the first `classes` classes of the sample, `each` pictures of each; answers its path. */
export function copyOfSample(into: string, { classes, each }: { classes: number; each: number }): string {
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(sampleFolder).toSorted().slice(0, classes)) {
    mkdirSync(join(into, name));
    for (const file of readdirSync(join(sampleFolder, name)).toSorted().slice(0, each)) {
      cpSync(join(sampleFolder, name, file), join(into, name, file));
    }
  }
  return into;
}
