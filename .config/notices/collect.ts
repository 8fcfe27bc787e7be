/** Everything that is shipped and was made by others, and what is wrong with what is known of it. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../packaging/configuration.ts';
import { packagedFiles, type Target } from '../packaging/files.ts';
import { bundledInProgram, bundledInWindow } from './bundled.ts';
import { insideLibvips, onlyOnWindows } from './by-hand.ts';
import { isAllowed } from './licences.ts';
import { inOrder, type Notice } from './notice.ts';
import { libraryRows, runtimes, shippedPackages } from './packages.ts';
import { shippedResources } from './resources.ts';

export interface Collected {
  readonly notices: readonly Notice[];
  readonly problems: readonly string[];
}

export interface CollectOptions {
  readonly target: Target;
  /** The list that the window's build left. */
  readonly windowList: string;
}

export async function collectNotices({ target, windowList }: CollectOptions): Promise<Collected> {
  const inProgram = await bundledInProgram();
  const resources = shippedResources(join(root, 'resources'));
  const all = [
    ...bundledInWindow(windowList),
    ...inProgram,
    ...shippedPackages(target),
    ...runtimes(target),
    ...resources.notices,
  ];
  // What both window and program bundle is told of once.
  const notices = inOrder([...new Map(all.map((one) => [`${one.name} ${one.version}`, one] as const)).values()]);
  const uncovered = uncoveredLibraries(target).map((path) => `${path} is in no notice`);
  return { notices, problems: [...resources.problems, ...problemsOf(notices), ...uncovered] };
}

/** Licences whose words are their maker's: what each covers was looked at, and stands in `by-hand.ts`. */
const byName = new Set(onlyOnWindows.map(({ name }) => name));

export function problemsOf(notices: readonly Notice[]): string[] {
  return notices.flatMap(({ name, version, licence, text, part, source }) => {
    const who = `${name} ${version}`.trim();
    if (byName.has(name)) return source === undefined ? [`${who} has no address of its terms`] : [];
    if (text === '') return [`${who} has no licence text`];
    // By component: the text is the whole list, and was looked at when it was put there.
    if (part !== 'package' && / by component/u.test(licence)) return [];
    return isAllowed(licence) ? [] : [`${who} has a licence that is not on the list: ${licence || 'none'}`];
  });
}

/** Machine code that is packed for a target and that no entry covers. */
export function uncoveredLibraries(target: Target): string[] {
  const covered = new Set(['node', 'node.exe', ...onlyOnWindows.map(({ name }) => name)]);
  return packagedFiles({ target })
    .map(({ path }) => path)
    .filter((path) => /\.(node|dll|dylib|exe)$|\.so(\.|$)/u.test(path))
    .filter((path) => !covered.has(basename(path)) && !/^(lib)?(onnxruntime|vips)|^sharp-/u.test(basename(path)));
}

/** What the table of libvips’ libraries and what is known of it by hand do not have in common. */
export function unknownLibraries(readme: string, versions: Readonly<Record<string, string>>): string[] {
  const rows = libraryRows(readme);
  const keys = new Set(
    rows.flatMap(([library]) => [insideLibvips[library]?.key ?? library, library.replace(/^lib/u, '')]),
  );
  return [
    ...(rows.length === 0 ? ['the table of libraries cannot be read'] : []),
    ...rows.filter(([library, words]) => insideLibvips[library]?.words !== words).map(([library]) => library),
    ...Object.keys(versions).filter((key) => !keys.has(key)),
  ];
}

/** Fonts among the window's files that come from no package named for them. */
export function uncoveredFonts(assets: string, notices: readonly Notice[]): string[] {
  const families = notices.filter(({ licence }) => licence === 'OFL-1.1').map(({ name }) => basename(name));
  return readdirSync(assets)
    .filter((file) => /\.(woff2?|ttf|otf)$/u.test(file))
    .filter((file) => !families.some((family) => file.startsWith(`${family}-`)));
}
