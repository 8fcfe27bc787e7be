/** Keeps batches coming: the next ones are prepared while the current one is trained on. */

export interface Prefetched<Batch, Value> {
  readonly batch: Batch;
  readonly value: Value;
  /** How long the consumer had to wait for this batch: near zero while preparing keeps up. */
  readonly waitedMilliseconds: number;
}

/**
 * Runs `prepare` (decode, say) over the batches, in order, at most `ahead` of them beyond the one being used.
 * A batch that fails throws when its turn comes. Leaving the loop early ends the source; what is already being
 * prepared is dropped.
 */
export async function* prefetch<Batch, Value>(
  source: Iterable<Batch> | AsyncIterable<Batch>,
  prepare: (batch: Batch) => Promise<Value>,
  ahead = 2,
): AsyncGenerator<Prefetched<Batch, Value>, void, undefined> {
  const batches = iterate(source);
  const pending: Promise<{ batch: Batch; value: Value } | undefined>[] = [];
  // Taken in turn, so that a source that is slow to answer still hands out its batches in order.
  let taken: Promise<unknown> = Promise.resolve();
  const request = (): void => {
    const batch = taken.then(() => batches.next());
    taken = batch.catch(() => undefined);
    const prepared = batch.then(async (next) =>
      next.done ? undefined : { batch: next.value, value: await prepare(next.value) },
    );
    // Its failure is met when its turn comes; until then nobody has asked.
    prepared.catch(() => undefined);
    pending.push(prepared);
  };
  try {
    for (let count = 0; count < Math.max(1, ahead); count++) request();
    while (true) {
      const started = performance.now();
      const current = await (pending.shift() as (typeof pending)[number]);
      const waitedMilliseconds = performance.now() - started;
      if (!current) return;
      request();
      yield { ...current, waitedMilliseconds };
    }
  } finally {
    await batches.return?.();
  }
}

/** The same, of which the first are prepared from now on rather than from when they are asked for. */
export function begun<Batch, Value>(
  batches: AsyncGenerator<Prefetched<Batch, Value>, void, undefined>,
): AsyncGenerator<Prefetched<Batch, Value>, void, undefined> {
  const first = batches.next();
  // Its failure is met when its turn comes.
  first.catch(() => undefined);
  return (async function* () {
    try {
      for (let next = await first; !next.done; next = await batches.next()) yield next.value;
    } finally {
      await batches.return();
    }
  })();
}

function iterate<Batch>(source: Iterable<Batch> | AsyncIterable<Batch>): Iterator<Batch> | AsyncIterator<Batch> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
