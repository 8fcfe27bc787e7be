/** Packages that are shipped as files, and what is inside their libraries. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../packaging/configuration.ts';
import { packagedFiles, type Target } from '../packaging/files.ts';
import { manifest, noticeOfPackage } from './bundled.ts';
import { insideLibvips, onlyOnWindows } from './by-hand.ts';
import { standardText } from './licences.ts';
import type { Notice } from './notice.ts';

const texts = join(import.meta.dirname, 'texts');

/** A licence text that came with another form of the same version, kept beside this file under its version. */
export function keptText(name: string, version: string): string {
  return readFileSync(join(texts, `${name}-${version}.txt`), 'utf8').trim();
}

/** Names of the packages whose files are shipped for a target, as far as they are installed here. */
function packagesIn(target: Target): string[] {
  const found = packagedFiles({ target })
    .map(({ path }) => /^node_modules\/((@[^/]+\/)?[^/]+)\//u.exec(path)?.[1])
    .filter((name) => name !== undefined && name !== 'node');
  return [...new Set(found as string[])];
}

export function shippedPackages(target: Target): Notice[] {
  return packagesIn(target).flatMap((name) => {
    const folder = join(root, 'node_modules', name);
    const own = packageNotice(name, folder, target);
    return [own, ...(readdirSync(folder).includes('versions.json') ? librariesIn(folder) : [])];
  });
}

function packageNotice(name: string, folder: string, target: Target): Notice {
  const { version, licence } = manifest(folder);
  if (name.startsWith('onnxruntime-')) {
    const text = keptText('onnxruntime-licence', version);
    return noticeOfPackage({ name, version, identifier: licence, text, part: 'package' });
  }
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/iu.test(one));
  const text = file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
  const notice = noticeOfPackage({ name, version, identifier: licence, text, part: 'package' });
  if (licence === 'LGPL-3.0-or-later') return { ...notice, ...lesser(folder, target) };
  return notice.licence === 'LGPL-3.0-or-later' ? { ...notice, text: lesserText } : notice;
}

/** The LGPL adds to the GPL, whose text goes with it. */
const lesserText = `${standardText('LGPL-3.0-or-later')}\n\n${standardText('GPL-3.0-or-later')}`;

/** What the LGPL asks for: both texts, where the source is, and how to use another version of the library. */
function lesser(folder: string, target: Target): Pick<Notice, 'text' | 'note'> {
  const library = readdirSync(join(folder, 'lib')).find((name) => /\.(so|dylib|dll)/u.test(name)) ?? '';
  const place = `node_modules/@img/sharp-libvips-${target}/lib/${library}`;
  return {
    text: lesserText,
    note: `libvips is a library of its own, ${place}, which the program loads as it starts to read pictures. To use a changed one, put it in that place in a checkout of Graft and run “npm start”, or “npm run package” for a program of your own: an installed program refuses files it was not packaged with. How the library is made, and from which sources, is at https://github.com/lovell/sharp-libvips.`,
  };
}

/** The libraries that are linked into libvips, by the table in its README and its list of versions. */
function librariesIn(folder: string): Notice[] {
  const versions = JSON.parse(readFileSync(join(folder, 'versions.json'), 'utf8')) as Record<string, string>;
  return libraryRows(readFileSync(join(folder, 'README.md'), 'utf8')).map(([library]) => {
    const { licence, key } = insideLibvips[library] ?? { licence: '' };
    const names = licence.split(' AND ').filter((one) => one !== '');
    return {
      name: `${library} (in libvips)`,
      version: versions[key ?? library] ?? versions[library.replace(/^lib/u, '')] ?? '',
      licence,
      text: names.map((one) => standardText(one)).join('\n\n'),
      part: 'library' as const,
      source: 'https://github.com/lovell/sharp-libvips',
    };
  });
}

/** Library and licence of each row of the README's table, links taken out. */
export function libraryRows(readme: string): [library: string, words: string][] {
  return [...readme.matchAll(/^\| ([\w-]+) +\| (.+?) +\|$/gmu)]
    .filter(([, library]) => library !== 'Library')
    .map(([, library = '', words = '']) => [library, words.replace(/\[([^\]]+)\]\([^)]*\)/gu, '$1').trim()]);
}

/** What the runtime is made of, and the Node binary that runs it. */
export function runtimes(target: Target): Notice[] {
  const { version } = manifest(join(root, 'node_modules', 'onnxruntime-node'));
  const node = manifest(join(root, 'node_modules', 'node')).version;
  return [
    {
      name: 'What onnxruntime is made of',
      version,
      licence: 'as its text says, by component',
      text: keptText('onnxruntime', version),
      part: 'library',
      source: 'https://github.com/microsoft/onnxruntime',
    },
    {
      name: 'Node.js and what it is made of',
      version: node,
      licence: 'MIT, and by component as its text says',
      text: keptText('node', node),
      part: 'runtime',
      source: 'https://github.com/nodejs/node',
    },
    ...(target.startsWith('win32') ? onlyOnWindows.map(windowsNotice) : []),
    electron(),
  ];
}

function windowsNotice({ name, licence, source, note }: (typeof onlyOnWindows)[number]): Notice {
  const text = licence === 'NCSA' ? standardText(licence) : '';
  return { name, version: '', licence, text, part: 'library', source, note };
}

function electron(): Notice {
  const folder = join(root, 'node_modules', 'electron');
  return {
    name: 'Electron, with Chromium',
    version: manifest(folder).version,
    licence: 'MIT',
    text: readFileSync(join(folder, 'LICENSE'), 'utf8').trim(),
    part: 'runtime',
    source: 'https://github.com/electron/electron',
    note: 'In the desktop program alone. What Chromium is made of stands in LICENSES.chromium.html, in the folder of the program.',
  };
}
