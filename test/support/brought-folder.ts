/** Things somebody brings, made in a folder of a test's own, and what is said of them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { GraftError } from '#shared/messages/error.ts';
import type { Look } from '#shared/protocol/look.ts';
import type { LookLimits } from '#electron/engine/look/brought.ts';
import { look } from '#electron/engine/look/look.ts';
import type { Aids } from '#electron/engine/look/recogniser.ts';
import { picture } from './picture-folder.ts';

/** What a file holds; a number of bytes of a picture's beginning where it is a picture's name. */
type Content = string | object;

export class BroughtFolder {
  root = '';

  constructor() {
    beforeEach(async () => {
      this.root = await mkdtemp(join(tmpdir(), 'graft-brought-'));
    });
    afterEach(() => rm(this.root, { recursive: true, force: true }));
  }

  async pictures(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#write(path, picture);
  }

  /** Text, or what becomes JSON. */
  async file(path: string, content: Content): Promise<void> {
    await this.#write(path, typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** Says what these are, or the whole folder. */
  look(names: readonly string[] = [], aids: Partial<Aids> = {}, limits?: LookLimits): Promise<Look> {
    const paths = names.length === 0 ? [this.root] : names.map((name) => join(this.root, name));
    const describeBackbone: Aids['describeBackbone'] = (path) =>
      Promise.reject(new GraftError('model.not-onnx', { path, reason: 'it is empty' }));
    return look(paths, { describeBackbone, ...aids }, limits);
  }

  async #write(path: string, content: string | Buffer): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), content);
  }
}
