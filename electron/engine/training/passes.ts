/** What of a run's pictures is brought to the cut once: every one as it is, and the training ones in each kept variation. */
import { elementCount } from '#shared/core/shape.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import type { MissingSamples } from '#electron/engine/training/missing-samples.ts';
import type { RowPlaces } from '#electron/engine/training/held-out-rows.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { exceedsMemory, worthAFile } from '#electron/engine/training/row-memory.ts';
import { rowsKey, type RowsRequest } from '#electron/engine/training/rows.ts';

export interface PrepareRequest {
  readonly project: Project;
  readonly run: string;
  readonly device: ConcreteDevice;
  readonly pool: DecodePool;
  readonly cache: FeatureCache;
  readonly emit: (...events: RunEvent[]) => void;
  /** Asked between batches, and may take its time: true ends the work. */
  readonly interrupted: () => Promise<boolean>;
  /** What could be read when it was looked at first, and cannot be any more. */
  readonly missing: MissingSamples;
}

/**
 * Where the rows of the training split are: all in memory, all in files of the feature cache, or nowhere, to be made
 * anew every epoch.
 */
export function keepingOf({ plan, samples, recipe }: Project): 'memory' | 'file' | 'none' {
  const { augment } = recipe;
  if (augment.enabled && augment.views === 0) return 'none';
  if (!exceedsMemory(rowCount(samples, viewsOf(recipe)), elementCount(plan.cut.shape))) return 'memory';
  return worthAFile(plan) ? 'file' : 'none';
}

/** Augmented variations of each training picture that are kept. */
export function viewsOf({ augment }: Project['recipe']): number {
  return augment.enabled ? augment.views : 0;
}

function rowCount(samples: readonly Sample[], views: number): number {
  return samples.length + views * samples.filter(({ split }) => split === 'train').length;
}

/** Pass 0 takes every sample as it is; each further one the training samples in the variation of its number. */
export class Passes {
  readonly #request: PrepareRequest;
  readonly views: number;
  /** Rows of all passes together. */
  readonly total: number;
  readonly trained: readonly Sample[];
  /** Place of each training sample among all. */
  readonly #trainRows: readonly number[];
  readonly #failures = new Map<number, string>();

  constructor(request: PrepareRequest) {
    const { samples, recipe } = request.project;
    this.#request = request;
    this.views = viewsOf(recipe);
    this.total = rowCount(samples, this.views);
    this.#trainRows = samples.flatMap(({ split }, row) => (split === 'train' ? [row] : []));
    this.trained = this.#trainRows.map((row) => samples[row] as Sample);
  }

  get all(): readonly number[] {
    return Array.from({ length: 1 + this.views }, (_, pass) => pass);
  }

  /** Rows of the passes before this one. */
  offsetOf(pass: number): number {
    return pass === 0 ? 0 : this.#request.project.samples.length + (pass - 1) * this.trained.length;
  }

  /** The work of one pass, whose time is measured from now on. */
  request(pass: number): RowsRequest {
    const samples = pass === 0 ? this.#request.project.samples : this.trained;
    return rowsRequest(this.#request, samples, pass, this.offsetOf(pass), this.total);
  }

  /** Whether every pass is in the cache. */
  async cached(): Promise<boolean> {
    const there = await Promise.all(this.all.map((pass) => this.#request.cache.has(rowsKey(this.request(pass)))));
    return there.every(Boolean);
  }

  /** @param found why pictures cannot be read, by their place in the pass */
  note(pass: number, found: ReadonlyMap<number, string>): void {
    for (const [place, reason] of found)
      this.#failures.set(pass === 0 ? place : (this.#trainRows[place] as number), reason);
  }

  /** Why pictures are left out, by their place among the samples: one variation that cannot be made is enough. */
  get failures(): ReadonlyMap<number, string> {
    return this.#failures;
  }

  /** The pass whose rows an epoch, from 1, is trained on. */
  passOf(epoch: number): number {
    return this.views === 0 ? 0 : ((epoch - 1) % this.views) + 1;
  }

  /** Training samples that are not left out, and their place in a pass that epochs are trained on. */
  usable(): { readonly sample: Sample; readonly place: number }[] {
    return this.trained.flatMap((sample, index) => {
      const row = this.#trainRows[index] as number;
      return this.#failures.has(row) ? [] : [{ sample, place: this.views === 0 ? row : index }];
    });
  }

  /** Validation samples that are not left out, and their place in pass 0. */
  heldOut(): RowPlaces {
    return this.#request.project.samples.flatMap((sample, row) =>
      sample.split === 'validation' && !this.#failures.has(row) ? [{ sample, row }] : [],
    );
  }
}

/** @param before rows done by earlier passes, of `total` in all */
export function rowsRequest(
  request: PrepareRequest,
  samples: readonly Sample[],
  view: number,
  before: number,
  total: number,
): RowsRequest {
  const { project, device, pool, cache, emit, interrupted, missing } = request;
  const began = performance.now();
  return {
    plan: project.plan,
    device,
    root: project.facts.path,
    samples,
    pool,
    cache,
    identity: project.identity,
    decode: decodeOptions(project, view),
    interrupted,
    onMissing: (sample, reason) => missing.note(sample, reason),
    onWarning: (warning) => emit({ event: 'warning', ...warning }),
    onProgress: (done) => {
      const left = total - before - done;
      const secondsLeft = done === 0 ? 0 : ((performance.now() - began) / 1000 / done) * left;
      emit({ event: 'cache', done: before + done, total, secondsLeft });
    },
  };
}

/** How pictures are decoded. @param view 0 is as they are; else the number that seeds their variation */
export function decodeOptions({ recipe, size }: Pick<Project, 'recipe' | 'size'>, view: number): DecodeOptions {
  const { flip, rotate, zoom, light } = recipe.augment;
  const augment =
    view === 0 ? undefined : { flip, rotate, zoom, light, seed: recipe.training.seed, counter: view, indices: [] };
  return { size, resize: recipe.backbone.resize, ...(augment ? { augment } : {}) };
}
