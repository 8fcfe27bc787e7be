/** Packages that are bundled, by the module graph of the very build: what was shaken off is not shipped and not named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundles, listPackages } from '../build.ts';
import { root } from '../packaging/configuration.ts';
import { holders, injected, notes, chosen } from './by-hand.ts';
import { standardText } from './licences.ts';
import type { Notice } from './notice.ts';

/** An entry of the list that Vite writes with `build.license`. */
interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly identifier?: string;
  readonly text?: string;
}

/** Where the window's build leaves its list, from its output. */
export const windowList = 'licences.json';

/** Of host, preload, engine and command line, by building each without writing it. */
export async function bundledInProgram(): Promise<Notice[]> {
  const lists = await Promise.all(bundles.map(listPackages));
  return toNotices(lists.flatMap(read), 'program');
}

/** Of the window, by the list its build left. */
export function bundledInWindow(list: string): Notice[] {
  return [...toNotices(read(list), 'window'), ...injected.map(asNotice)];
}

function read(list: string): Bundled[] {
  return JSON.parse(list) as Bundled[];
}

function asNotice({ name, licence, holder }: (typeof injected)[number]): Notice {
  return {
    name: `${name} (its helpers in bundled code)`,
    version: manifest(join(root, 'node_modules', name)).version,
    licence,
    text: standardText(licence, holder),
    part: 'window',
  };
}

function toNotices(bundled: readonly Bundled[], part: Notice['part']): Notice[] {
  return bundled.map(({ name, version, identifier, text }) =>
    noticeOfPackage({ name, version, identifier, text, part }),
  );
}

interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly identifier: string | undefined;
  readonly text: string | undefined;
  readonly part: Notice['part'];
}

/** The notice of a package, with what its folder adds and what is known of it by hand. */
export function noticeOfPackage({ name, version, identifier, text, part }: PackageFacts): Notice {
  const folder = folderOf(name, version);
  const licence = chosen[name] ?? identifier ?? '';
  const holder = holders[name];
  const words = text ?? (holder === undefined ? '' : standardText(licence, holder));
  const extra = folder === undefined ? '' : noticeFile(folder);
  const source = folder === undefined ? undefined : manifest(folder).source;
  const note = notes[name];
  return {
    name,
    version,
    licence,
    text: [words, extra].filter((one) => one !== '').join('\n\n'),
    part,
    ...(note === undefined ? {} : { note }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Folder of an installed package, where several versions of one may lie. */
function folderOf(name: string, version: string): string | undefined {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly version?: string }>;
  };
  const path = Object.keys(packages).find(
    (one) => one.endsWith(`node_modules/${name}`) && packages[one]?.version === version,
  );
  return path === undefined ? undefined : join(root, path);
}

/** What a package wants passed on besides its licence. */
function noticeFile(folder: string): string {
  const name = readdirSync(folder).find((file) => /^notice(\.(txt|md))?$/iu.test(file));
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8').trim();
}

export function manifest(folder: string): {
  name: string;
  version: string;
  licence: string;
  source: string | undefined;
} {
  const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
    repository?: string | { url?: string };
  };
  const repository = typeof found.repository === 'string' ? found.repository : found.repository?.url;
  const source = repository
    ?.replace(/^git\+/u, '')
    .replace(/\.git$/u, '')
    .replace(/^github:/u, 'https://github.com/');
  const page = source?.startsWith('https:') === true ? source : undefined;
  return { name: found.name, version: found.version, licence: found.license ?? '', source: page };
}
