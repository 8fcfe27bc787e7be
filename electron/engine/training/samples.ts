/** The samples of a run: which can be read, their rows for training, and the held-out ones. */
import { elementCount } from '#shared/core/shape.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { backboneRemarks } from '#shared/nodes/backbone-remarks.ts';
import { remarks } from '#shared/nodes/dataset-remarks.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { aboutInput } from '#electron/engine/backbones.ts';
import type { FeatureFile } from '#electron/engine/cache/feature-file.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { heldInFile, heldInMemory, holdOut, type HeldOutRows } from '#electron/engine/training/held-out-rows.ts';
import {
  decodeOptions,
  keepingOf,
  Passes,
  rowsRequest,
  viewsOf,
  type PrepareRequest,
} from '#electron/engine/training/passes.ts';
import type { MissingSamples } from '#electron/engine/training/missing-samples.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { RowMaker } from '#electron/engine/training/row-maker.ts';
import { loadRows, rowsKey, type Rows } from '#electron/engine/training/rows.ts';
import { streamRows } from '#electron/engine/training/streamed-rows.ts';

/** Rows of the training split: in memory, read from the feature cache, or made batch by batch. */
export type TrainingRows =
  | {
      readonly kind: 'memory';
      /** [rows, …cut shape]. */
      readonly rows: Float32Array;
      readonly labels: BigInt64Array;
      /** Row of a position in the training split, in an epoch. */
      readonly rowOf: (position: number, epoch: number) => number;
    }
  | {
      readonly kind: 'file';
      /** Rows of these positions in the training split, in an epoch: [positions, …cut shape]. */
      readonly read: (positions: Uint32Array, epoch: number) => Promise<Float32Array>;
    }
  | {
      readonly kind: 'live';
      readonly maker: RowMaker;
      readonly missing: MissingSamples;
      readonly decodeOptions: (epoch: number) => DecodeOptions;
    };

export interface PreparedSamples {
  readonly training: readonly Sample[];
  readonly rows: TrainingRows;
  readonly validation: HeldOutRows;
  /** Lets go of sessions and files. */
  readonly release: () => Promise<void>;
}

/**
 * Announces the plan, fills or reads the cache, and lists what cannot be read.
 * @returns undefined when interrupted
 * @throws GraftError `data.no-readable-image`, `model.features-not-finite`
 */
export async function prepareSamples(request: PrepareRequest): Promise<PreparedSamples | undefined> {
  const keeping = keepingOf(request.project);
  if (keeping === 'memory') return prepareInMemory(request);
  const prepared = keeping === 'file' ? await prepareInFiles(request) : 'not-kept';
  if (prepared === 'interrupted') return undefined;
  return prepared === 'not-kept' ? prepareLive(request) : prepared;
}

async function prepareInMemory(request: PrepareRequest): Promise<PreparedSamples | undefined> {
  const { plan, samples } = request.project;
  const width = elementCount(plan.cut.shape);
  const passes = new Passes(request);
  announce(request, await passes.cached());
  let rows: Float32Array | undefined;
  let cached = true;
  for (const pass of passes.all) {
    const loaded = await loadRows(passes.request(pass));
    if (!loaded) return undefined;
    if (passes.views === 0) rows = loaded.data;
    else (rows ??= new Float32Array(passes.total * width)).set(loaded.data, passes.offsetOf(pass) * width);
    passes.note(pass, loaded.failures);
    cached &&= loaded.cached;
  }
  const data = rows as Float32Array;
  const usable = passes.usable();
  const validation = heldInMemory(data, passes.heldOut(), width);
  report(request, { failures: passes.failures, cached }, samples, usable.length, validation.samples.length);
  const labels = [...samples, ...Array.from({ length: passes.views }, () => passes.trained).flat()];
  return {
    training: usable.map(({ sample }) => sample),
    validation,
    rows: {
      kind: 'memory',
      rows: data,
      labels: BigInt64Array.from(labels, ({ label }) => BigInt(label)),
      rowOf: (position, epoch) => passes.offsetOf(passes.passOf(epoch)) + placeAt(usable, position),
    },
    release: () => Promise.resolve(),
  };
}

/** @returns why not, where the cache could not keep them all: this has been said */
async function prepareInFiles(request: PrepareRequest): Promise<PreparedSamples | 'interrupted' | 'not-kept'> {
  const { project, cache, emit } = request;
  const { plan, samples } = project;
  const passes = new Passes(request);
  announce(request, await passes.cached());
  const bytes = passes.total * elementCount(plan.cut.shape) * Float32Array.BYTES_PER_ELEMENT;
  if (!cache.holds(bytes)) {
    emit({ event: 'warning', ...problem('cache.not-kept', { reason: `${bytes} bytes are more than its limit.` }) });
    return 'not-kept';
  }
  const files: FeatureFile[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    let cached = true;
    for (const pass of passes.all) {
      const streamed = await streamRows(passes.request(pass));
      if (typeof streamed === 'string') {
        await release();
        return streamed;
      }
      files.push(streamed.file);
      passes.note(pass, streamed.failures);
      cached &&= streamed.cached;
    }
    const usable = passes.usable();
    const validation = heldInFile(files[0] as FeatureFile, passes.heldOut(), plan);
    report(request, { failures: passes.failures, cached }, samples, usable.length, validation.samples.length);
    const read = (positions: Uint32Array, epoch: number): Promise<Float32Array> =>
      (files[passes.passOf(epoch)] as FeatureFile).read(positions.map((position) => placeAt(usable, position)));
    return { training: usable.map(({ sample }) => sample), validation, rows: { kind: 'file', read }, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function placeAt(usable: readonly { readonly place: number }[], position: number): number {
  return (usable[position] as { readonly place: number }).place;
}

/** Training pictures are decoded as they are needed; only the held-out ones are looked at before. */
async function prepareLive(request: PrepareRequest): Promise<PreparedSamples | undefined> {
  const { project, device, pool, cache } = request;
  const { plan, samples, recipe } = project;
  const heldOut = samples.filter(({ split }) => split === 'validation');
  const plain = rowsRequest(request, heldOut, 0, 0, heldOut.length);
  announce(request, await cache.has(rowsKey(plain)));
  const held = await holdOut(plain);
  if (!held) return undefined;
  const validation = held.held;
  const training = samples.filter(({ split }) => split === 'train');
  report(request, held, heldOut, training.length, validation.samples.length);
  const maker = await RowMaker.create(plan, device, pool);
  // A view of its own for every epoch, or as many as there would be in the cache.
  const views = viewsOf(recipe) || Number.POSITIVE_INFINITY;
  const viewOf = (epoch: number): number => (recipe.augment.enabled ? ((epoch - 1) % views) + 1 : 0);
  return {
    training,
    validation,
    rows: {
      kind: 'live',
      maker,
      missing: request.missing,
      decodeOptions: (epoch) => decodeOptions(project, viewOf(epoch)),
    },
    release: async () => {
      await maker.release();
      await validation.release();
    },
  };
}

/** The plan, and what of the data folder takes no part in it. */
function announce(request: PrepareRequest, cached: boolean): void {
  const { facts, recipe } = request.project;
  request.emit(announcement(request, cached));
  const { backbone } = request.project;
  const said = [
    ...remarks(facts).map(({ code, details }) => problem(code, details, recipe.data.node)),
    ...backboneRemarks({ id: recipe.backbone.model, ...aboutInput(backbone) }, recipe.backbone).map(
      ({ code, details }) => problem(code, details, recipe.backbone.node),
    ),
  ];
  for (const one of said) if (isNotice(one)) request.emit({ event: 'warning', ...one });
}

/** @param left pictures of each split that are left, and those that were left out */
function announcement(
  { project, run, device }: PrepareRequest,
  cached: boolean,
  left?: { readonly train: number; readonly validation: number; readonly unreadable: DatasetFacts['unreadable'] },
): RunEvent {
  const { facts, plan, recipe } = project;
  const { train, validation, unreadable } = left ?? facts;
  return {
    event: 'plan',
    run,
    task: 'image-classification',
    classes: facts.classes.map(({ name }) => name),
    samples: { train, validation, ...(facts.test > 0 ? { test: facts.test } : {}) },
    parameters: plan.counts,
    device,
    cached,
    epochs: recipe.training.epochs,
    stepsPerEpoch: Math.ceil(train / plan.batch),
    summary: plan.summary,
    unreadable,
  };
}

/**
 * Says of each picture why it cannot be read, and the plan again without them.
 * @throws GraftError `data.class-unreadable`, `data.no-readable-image`
 */
function report(
  request: PrepareRequest,
  { failures, cached }: Pick<Rows, 'failures' | 'cached'>,
  samples: readonly Sample[],
  train: number,
  validation: number,
): void {
  const { project, emit } = request;
  const unreadable = [...failures].map(([place, reason]) => ({ path: (samples[place] as Sample).path, reason }));
  for (const details of unreadable)
    emit({ event: 'warning', ...problem('data.image-unreadable', details, project.recipe.data.node) });
  refuseUnreadableClass(project, failures, samples);
  if (train === 0 || validation === 0) {
    throw new GraftError('data.no-readable-image', { path: project.facts.path }, project.recipe.data.node);
  }
  if (unreadable.length === 0) return;
  emit(announcement(request, cached, { train, validation, unreadable: [...project.facts.unreadable, ...unreadable] }));
}

/** @throws GraftError `data.class-unreadable` for a class of which training would not see one picture */
function refuseUnreadableClass(
  { facts, recipe }: Project,
  failures: Rows['failures'],
  samples: readonly Sample[],
): void {
  if (failures.size === 0) return;
  const left = new Set(
    samples.flatMap(({ label, split }, place) => (split === 'train' && !failures.has(place) ? [label] : [])),
  );
  const lost = samples.findIndex(
    ({ label, split }, place) => split === 'train' && failures.has(place) && !left.has(label),
  );
  if (lost === -1 || left.size === 0) return;
  const { label } = samples[lost] as Sample;
  const { name, train } = facts.classes[label] as (typeof facts.classes)[number];
  const reason = failures.get(lost) ?? '';
  throw new GraftError('data.class-unreadable', { class: name, count: train, reason }, recipe.data.node);
}
