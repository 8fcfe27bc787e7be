/** Which licences may be shipped, and the standard text of one whose package brings none. */
import spdx from 'spdx-license-list/full.js';

/**
 * SPDX names. Those that want more than their text shown are met in `by-hand.ts`: EPL-2.0 and LGPL-3.0-or-later by
 * saying where the source is, and the latter by how the library is replaced.
 */
const allowed: ReadonlySet<string> = new Set([
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

/** The standard text, with the holder of the copyright where it asks for one. Throws for a name that SPDX does not know. */
export function standardText(name: string, holder?: string): string {
  const text = spdx[name]?.licenseText;
  if (text === undefined) throw new Error(`SPDX knows no licence called ${name}`);
  return holder === undefined ? text : text.replace(/<year> <(copyright holders|owner)>/giu, holder);
}
