/**
 * Unsaved work, kept outside the person's own files so that a crash loses nothing and autosave never writes over
 * what was saved on purpose. One JSON file per document, named by a hash of its key.
 */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { privateFile, readIfPresent, writeAtomically } from '#electron/files/replace.ts';
import { projectEnding } from './documents.ts';

export interface Recovery {
  /** The path, or an id of a document that was never saved. */
  readonly key: string;
  readonly title: string;
  readonly path: string;
  /** ISO 8601. */
  readonly saved: string;
  readonly document: GraftDocument;
}

/** The document is kept as text, so that a recovery of an older version is migrated like any file. */
const recoverySchema = z.object({ key: z.string(), path: z.string(), saved: z.string(), text: z.string() });

export class Recoveries {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep(key: string, path: string, document: GraftDocument): Promise<void> {
    const content = { key, path, saved: new Date().toISOString(), text: serializeDocument(document) };
    await writeAtomically(this.#file(key), `${JSON.stringify(content, null, 2)}\n`, privateFile);
  }

  async drop(key: string): Promise<void> {
    await rm(this.#file(key), { force: true });
  }

  /** Newest first; a file that cannot be read is left out and left alone. */
  async list(): Promise<Recovery[]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    const found = await Promise.all(
      names.filter((name) => name.endsWith('.json')).map((name) => readRecovery(join(this.#folder, name))),
    );
    return found.flat().toSorted((left, right) => right.saved.localeCompare(left.saved));
  }

  #file(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }
}

async function readRecovery(file: string): Promise<Recovery[]> {
  try {
    const { key, path, saved, text } = recoverySchema.parse(JSON.parse((await readIfPresent(file)) ?? ''));
    const document = parseDocument(text, path || file);
    return [{ key, path, saved, document, title: document.title || basename(path, projectEnding) || 'Untitled' }];
  } catch {
    return [];
  }
}
