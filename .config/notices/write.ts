/**
 * Writes what others have to be told of: `out/renderer/notices.json`, which the window shows in every host, and
 * `out/THIRD-PARTY-NOTICES.txt`, which stands in the package. The window's pages must have been built.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../packaging/configuration.ts';
import type { Target } from '../packaging/files.ts';
import { windowList } from './bundled.ts';
import { collectNotices } from './collect.ts';
import type { Notice, NoticesFile } from './notice.ts';

const rule = '='.repeat(80);

/** Throws with everything that is missing, one a line. */
export async function writeNotices(output = join(root, 'out')): Promise<void> {
  const list = join(output, 'renderer', windowList);
  if (!existsSync(list)) throw new Error(`${list} is missing: build the window's pages first`);
  const target = `${process.platform}-${process.arch}` as Target;
  const { notices, problems } = await collectNotices({ target, windowList: readFileSync(list, 'utf8') });
  if (problems.length > 0) throw new Error(`what is shipped cannot be told of:\n${problems.join('\n')}`);
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8').trim();
  writeFileSync(join(output, 'renderer', 'notices.json'), JSON.stringify(forWindow(licence, notices)));
  writeFileSync(join(output, 'THIRD-PARTY-NOTICES.txt'), asText(notices));
}

/** Texts that several have stand once. */
export function forWindow(licence: string, notices: readonly Notice[]): NoticesFile {
  const texts = [...new Set(notices.map(({ text }) => text))];
  const places = new Map(texts.map((text, index) => [text, index]));
  return { licence, notices: notices.map((notice) => ({ ...notice, text: places.get(notice.text) ?? 0 })), texts };
}

export function asText(notices: readonly Notice[]): string {
  const title = ({ name, version, licence }: Notice): string =>
    [name, version, `(${licence})`].filter((part) => part !== '').join(' ');
  const said = new Map<string, string>();
  const entries = notices.map((notice) => {
    const before = said.get(notice.text);
    if (before === undefined) said.set(notice.text, title(notice));
    const text = before === undefined ? notice.text : `Its text is that of ${before}, above.`;
    const facts = [notice.note ?? '', notice.source === undefined ? '' : `Source: ${notice.source}`];
    return [rule, title(notice), rule, '', ...facts.flatMap((fact) => (fact === '' ? [] : [fact, ''])), text];
  });
  const contents = notices.map((notice) => `  ${title(notice)}`);
  return [
    'Graft is made with what these people have made, and thanks them. This file is written from what is shipped.',
    '',
    ...contents,
    '',
    ...entries.flatMap((entry) => [...entry, '']),
  ].join('\n');
}

if (import.meta.main) await writeNotices();
