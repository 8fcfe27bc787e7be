/** Which licences may be shipped, and the standard text of one whose package brings none. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * SPDX names. Those that want more than their text shown are met in `by-hand.ts`: EPL-2.0 and LGPL-3.0-or-later by
 * saying where the source is, and the latter by how the library is replaced.
 */
export const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'EPL-2.0',
  'FTL',
  'HPND-sell-variant',
  'IJG',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MPL-1.1',
  'NCSA',
  'OFL-1.1',
  'Zlib',
  'libpng-2.0',
  'libtiff',
]);

/** Whether an expression of names, AND and OR leaves a way that is allowed. Anything else does not. */
export function isAllowed(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/u, '$1');
  return plain.split(' OR ').some((way) => way.split(' AND ').every((name) => allowed.has(name)));
}

const texts = dirname(createRequire(import.meta.url).resolve('spdx-license-list/package.json'));

/** The standard text, with the holder of the copyright where it asks for one. Throws for a name that SPDX does not know. */
export function standardText(name: string, holder?: string): string {
  const { licenseText } = JSON.parse(readFileSync(join(texts, 'licenses', `${name}.json`), 'utf8')) as {
    licenseText: string;
  };
  return holder === undefined ? licenseText : licenseText.replace(/<year> <(copyright holders|owner)>/giu, holder);
}
