/**
 * Which other computers a project may have files on. Windows signs in to a computer as soon as a path on it is asked
 * for, so a path that came from a file is only touched where the person has said yes to its computer before.
 */
import type { GraftDocument } from '#shared/document/model.ts';
import { GraftError } from '#shared/messages/error.ts';
import { computerOf } from '#electron/files/network-path.ts';
import { pathsOf } from './document-paths.ts';
import type { SettingsFile } from './settings.ts';

export class TrustedComputers {
  readonly #settings: SettingsFile;
  readonly #platform: NodeJS.Platform;

  constructor(settings: SettingsFile, platform: NodeJS.Platform = process.platform) {
    this.#settings = settings;
    this.#platform = platform;
  }

  /** Whether this system signs in by itself at all. */
  get isNeeded(): boolean {
    return this.#platform === 'win32';
  }

  /** @throws GraftError `files.network-path` */
  async requirePath(path: string, node?: string): Promise<void> {
    const computer = computerOf(path, this.#platform);
    if (computer === undefined) return;
    const { trustedComputers } = await this.#settings.read();
    if (!trustedComputers.includes(computer)) throw new GraftError('files.network-path', { path, computer }, node);
  }

  /** All files that a document names. @throws GraftError `files.network-path` */
  async require(document: GraftDocument): Promise<void> {
    for (const { path, node } of pathsOf(document)) await this.requirePath(path, node);
  }

  /** What the person has asked for: from now on the computer of this path may be asked. */
  async trust(path: string): Promise<void> {
    const computer = computerOf(path, this.#platform);
    if (computer === undefined || computer === '.') return;
    const { trustedComputers } = await this.#settings.read();
    if (!trustedComputers.includes(computer))
      await this.#settings.write({ trustedComputers: [...trustedComputers, computer] });
  }
}
