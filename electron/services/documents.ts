/** Project files: reading with migration, atomic saving, and the list of recently used ones. */
import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode, reasonOf } from '#electron/files/failures.ts';
import { readText } from '#electron/files/regular-file.ts';
import { privateFile, readIfPresent, writeAtomically } from '#electron/files/replace.ts';
import { withAbsolutePaths, withRelativePaths } from './document-paths.ts';

export interface OpenDocument {
  readonly document: GraftDocument;
  /** Absolute path of the file; '' while never saved. */
  readonly path: string;
  /** Of the file's content; '' where there is no file. */
  readonly version: string;
  readonly recovered: boolean;
}

export interface SavedDocument extends Pick<OpenDocument, 'path' | 'version' | 'document'> {}

export interface RecentProject {
  readonly path: string;
  readonly title: string;
  /** ISO 8601, of the file. */
  readonly modified: string;
}

export const projectEnding = '.graft';
const recentCount = 12;
const recentSchema = z.array(z.string());

export class Documents {
  readonly #recentFile: string;

  constructor(recentFile: string) {
    this.#recentFile = recentFile;
  }

  /** Throws `document.missing`, `document.corrupt`, `document.newer`. */
  async open(path: string): Promise<OpenDocument> {
    // Behind a link, the file itself: saving replaces it, and links are not written through.
    const file = await realpath(resolve(path)).catch(() => resolve(path));
    const text = await readProject(file);
    const document = parseDocument(text, file);
    await this.#remember(file);
    return { document: withAbsolutePaths(document, file), path: file, version: versionOf(text), recovered: false };
  }

  /** A document from text that is no file here, such as one dropped on a browser window. */
  parse(text: string, name: string): OpenDocument {
    return { document: parseDocument(text, name), path: '', version: '', recovered: false };
  }

  /**
   * Saves under `path`, with the ending added where it lacks it, so that nothing but a project is ever replaced.
   * @param over the version that is replaced: '' where there is none; absent for whatever there is
   * Throws `document.exists`, `document.changed-elsewhere`, `document.disk-full`, `document.unwritable`, `files.is-link`.
   */
  async save(document: GraftDocument, path: string, over?: string): Promise<SavedDocument> {
    if (path.trim() === '') throw new GraftError('document.unwritable', { path: '', reason: 'no name was given' });
    const file = path.toLowerCase().endsWith(projectEnding) ? resolve(path) : `${resolve(path)}${projectEnding}`;
    if (over !== undefined) await requireVersion(file, over);
    const text = serializeDocument(withRelativePaths(document, file));
    await writeAtomically(file, text);
    await this.#remember(file);
    return { path: file, version: versionOf(text), document };
  }

  /** Newest first; files that have gone are left out. */
  async recent(): Promise<RecentProject[]> {
    const projects = await Promise.all(
      (await this.#recentPaths()).map(async (path): Promise<RecentProject[]> => {
        try {
          const [{ mtime }, text] = await Promise.all([stat(path), readText(path)]);
          const title = parseDocument(text, path).title || basename(path, projectEnding);
          return [{ path, title, modified: mtime.toISOString() }];
        } catch {
          return [];
        }
      }),
    );
    return projects.flat();
  }

  async #recentPaths(): Promise<string[]> {
    try {
      return recentSchema.parse(JSON.parse((await readIfPresent(this.#recentFile)) ?? '[]'));
    } catch {
      return [];
    }
  }

  /** The list is a convenience: failing to keep it must not fail opening or saving. */
  async #remember(path: string): Promise<void> {
    const paths = [path, ...(await this.#recentPaths()).filter((known) => known !== path)].slice(0, recentCount);
    await writeAtomically(this.#recentFile, `${JSON.stringify(paths, null, 2)}\n`, privateFile).catch(() => undefined);
  }
}

async function readProject(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new GraftError('document.missing', { path });
    throw new GraftError('document.corrupt', { path, reason: reasonOf(error) });
  }
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What would be replaced is what is known, or there is nothing. */
async function requireVersion(file: string, known: string): Promise<void> {
  const text = await readText(file).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new GraftError('document.unwritable', { path: file, reason: reasonOf(error) });
  });
  if (text === undefined || versionOf(text) === known) return;
  throw new GraftError(known === '' ? 'document.exists' : 'document.changed-elsewhere', { path: file });
}
