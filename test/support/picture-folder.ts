/** A folder of pictures of a test's own: files that begin as pictures do, and what is said of them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import { imageFolder } from '#shared/nodes/image-folder.ts';
import { readFolder, type Dataset, type FolderRequest } from '#electron/engine/data/folder.ts';

/** The beginning of a JPEG, which is as far as anything here looks. */
export const picture = Buffer.of(0xff, 0xd8, 0xff, 0xe0);

export function numbered(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}/${index + 1}.jpg`);
}

/** Codes of what is said of a folder. */
export function codes(facts: DatasetFacts): string[] {
  const { path } = facts;
  const found =
    imageFolder.check?.({ path, limitPerClass: 0, corrections: [] }, 'data', { dataset: facts, problems: [] }) ?? [];
  return found.map(({ code }) => code);
}

/** For the tests of one file: a folder that is empty before each. */
export class PictureFolder {
  root = '';

  constructor() {
    beforeEach(async () => {
      this.root = await mkdtemp(join(tmpdir(), 'graft-folder-'));
    });
    afterEach(() => rm(this.root, { recursive: true, force: true }));
  }

  async put(paths: readonly string[], content: string | Buffer = picture): Promise<void> {
    for (const path of paths) {
      await mkdir(dirname(join(this.root, path)), { recursive: true });
      await writeFile(join(this.root, path), content);
    }
  }

  read(request: Partial<FolderRequest> = {}): Promise<Dataset> {
    return readFolder({ path: this.root, validation: 0.2, seed: 1, limitPerClass: 0, ...request });
  }

  relativePaths(samples: readonly { path: string }[]): string[] {
    return samples.map(({ path }) => relative(this.root, path).replaceAll('\\', '/'));
  }
}
