/**
 * Where something lies that was dropped on a browser window, which knows names and no paths: looked for in the places
 * where people keep what they work with, one folder deep.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const usual = ['', 'Desktop', 'Downloads', 'Documents', 'Pictures', 'Photos', 'Music', 'Videos', 'data', 'datasets'];
/** Folders that are asked at most; a home may hold thousands. */
const mostFolders = 400;
/** Answers at most. */
const mostFound = 3;

/**
 * Folders in which all of these names are found, best first.
 * @param inside names that the first of them holds, so that another folder of its name is not taken for it
 */
export async function findInUsualPlaces(
  home: string,
  names: readonly string[],
  inside: readonly string[],
): Promise<string[]> {
  const places = usual.map((name) => join(home, name));
  const deeper = await Promise.all(places.map(subfolders));
  const asked = [...new Set([...places, ...deeper.flat()])].slice(0, mostFolders);
  const [first = ''] = names;
  const wanted = [...names, ...inside.map((name) => join(first, name))];
  const found = await Promise.all(asked.map(async (place) => ((await holds(place, wanted)) ? [place] : [])));
  return found.flat().slice(0, mostFound);
}

async function subfolders(place: string): Promise<string[]> {
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(place, name));
}

async function holds(place: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const found = await stat(join(place, name)).catch(() => undefined);
    if (!found) return false;
  }
  return true;
}
