/** Project files: reading with migration, atomic saving, and the list of recently used ones. */
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
  readonly recovered: boolean;
}

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
    const document = parseDocument(await readProject(file), file);
    await this.#remember(file);
    return { document: withAbsolutePaths(document, file), path: file, recovered: false };
  }

  /** A document from text that is no file here, such as one dropped on a browser window. */
  parse(text: string, name: string): OpenDocument {
    return { document: parseDocument(text, name), path: '', recovered: false };
  }

  /**
   * Saves under `path`, with the ending added where it lacks it, so that nothing but a project is ever replaced.
   * Throws `document.disk-full`, `document.unwritable`, `files.is-link`.
   */
  async save(document: GraftDocument, path: string): Promise<{ path: string; document: GraftDocument }> {
    if (path.trim() === '') throw new GraftError('document.unwritable', { path: '', reason: 'no name was given' });
    const file = path.toLowerCase().endsWith(projectEnding) ? resolve(path) : `${resolve(path)}${projectEnding}`;
    await writeAtomically(file, serializeDocument(withRelativePaths(document, file)));
    await this.#remember(file);
    return { path: file, document };
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
