/**
 * Samples that could not be read while a run trains, although they could be when it began. Each is named once and left
 * out of everything that is counted; more of them than the person allows end the run, since what it learns from would
 * no longer be what it says.
 */
import { formatPercent } from '#shared/core/format.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { Sample } from '#electron/engine/data/folder.ts';

export interface MissingOptions {
  /** Samples of the run, training and validation. */
  readonly total: number;
  /** Share of them that may be missing, 0–1. */
  readonly allowed: number;
  /** Nodes that problems are about: of the data, and of the training. */
  readonly nodes: { readonly data: string; readonly training: string };
  readonly emit: (event: RunEvent) => void;
}

export class MissingSamples {
  readonly #options: MissingOptions;
  readonly #paths = new Set<string>();
  /** Whether the run was ended for it: what is kept of it is then still looked at. */
  #ended = false;

  constructor(options: MissingOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#paths.size;
  }

  /** @throws GraftError `run.data-vanished` when there are too many by now */
  note({ path }: Pick<Sample, 'path'>, reason: string): void {
    if (this.#paths.has(path)) return;
    const { total, allowed, nodes, emit } = this.#options;
    this.#paths.add(path);
    emit({ event: 'warning', ...problem('data.image-unreadable', { path, reason }, nodes.data) });
    if (this.count <= allowed * total || this.#ended) return;
    this.#ended = true;
    const details = { count: this.count, total, share: formatPercent(allowed), path };
    throw new GraftError('run.data-vanished', details, nodes.training);
  }
}
