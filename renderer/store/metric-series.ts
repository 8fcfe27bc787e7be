/**
 * An append-only list of numbers that any range can be summarized from in at most a few hundred buckets.
 * Beside the values it keeps a pyramid: level k holds, for every full run of 2^k values, where its lowest and
 * highest value are and its mean. Appending costs O(1) amortized; summarizing costs O(buckets), never O(length).
 *
 * A series is a value: it never changes. Appending to the longest series of a store writes behind its end,
 * where no older series looks; appending to a shorter one (a run that went back to a checkpoint) copies first.
 */
interface Level {
  lowAt: Uint32Array;
  highAt: Uint32Array;
  mean: Float64Array;
}

interface Store {
  values: Float64Array;
  /** `levels[k - 1]` is level k. */
  levels: Level[];
  filled: number;
}

export interface MetricSeries {
  readonly store: Store;
  readonly length: number;
}

/** What happened in positions `from` (inclusive) to `to` (exclusive) of a series. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly lowAt: number;
  readonly highAt: number;
  readonly mean: number;
}

const firstCapacity = 256;

export function createSeries(values: ArrayLike<number> = []): MetricSeries {
  const empty = { store: { values: new Float64Array(firstCapacity), levels: [], filled: 0 }, length: 0 };
  return appendToSeries(empty, values);
}

export function valueAt(series: MetricSeries, position: number): number {
  if (position < 0 || position >= series.length) throw new RangeError(`no value at ${position} of ${series.length}`);
  return series.store.values[position] as number;
}

export function appendToSeries(series: MetricSeries, values: ArrayLike<number>): MetricSeries {
  if (values.length === 0) return series;
  const store = series.store.filled === series.length ? series.store : copyStore(series);
  reserve(store, series.length + values.length);
  for (let index = 0; index < values.length; index++) push(store, values[index] as number);
  return { store, length: store.filled };
}

/** The first `length` values; shares memory with the whole. */
export function truncateSeries(series: MetricSeries, length: number): MetricSeries {
  return length >= series.length ? series : { store: series.store, length };
}

/**
 * Summarizes positions `from` … `to` (exclusive) in at most `limit` buckets of one power-of-two width, the finest
 * that fits. Buckets lie on multiples of their width, so they do not shimmer while the series grows; the outermost
 * two are cut to the range. Of less than half a bucket at the end, which would jump with every single value, the one
 * before takes care.
 */
export function summarize(series: MetricSeries, limit: number, from = 0, to = series.length): Bucket[] {
  const first = Math.max(0, from);
  const end = Math.min(series.length, to);
  if (first >= end) return [];
  let level = 0;
  while (Math.ceil(end / 2 ** level) - Math.floor(first / 2 ** level) > limit) level++;
  const width = 2 ** level;
  const buckets: Bucket[] = [];
  for (let index = Math.floor(first / width); index * width < end; index++) {
    const start = Math.max(first, index * width);
    const stop = Math.min(end, (index + 1) * width);
    buckets.push(stop - start === width ? stored(series.store, level, index) : scanned(series.store, start, stop));
  }
  const [before, last] = [buckets.at(-2), buckets.at(-1)];
  if (before && last && 2 * (last.to - last.from) < width)
    buckets.splice(-2, 2, join(series.store.values, before, last));
  return buckets;
}

function push(store: Store, value: number): void {
  const position = store.filled;
  store.values[position] = value;
  store.filled++;
  // Position 2^k·m - 1 completes bucket m - 1 of every level up to k.
  for (let level = 1; (position + 1) % 2 ** level === 0; level++) {
    const target = (store.levels[level - 1] ??= createLevel(store.values.length >> level));
    const index = ((position + 1) >> level) - 1;
    const left = stored(store, level - 1, 2 * index);
    const right = stored(store, level - 1, 2 * index + 1);
    const joined = join(store.values, left, right);
    target.lowAt[index] = joined.lowAt;
    target.highAt[index] = joined.highAt;
    target.mean[index] = joined.mean;
  }
}

function stored(store: Store, level: number, index: number): Bucket {
  const from = index << level;
  if (level === 0) return { from, to: from + 1, lowAt: from, highAt: from, mean: store.values[from] as number };
  const { lowAt, highAt, mean } = store.levels[level - 1] as Level;
  return {
    from,
    to: from + (1 << level),
    lowAt: lowAt[index] as number,
    highAt: highAt[index] as number,
    mean: mean[index] as number,
  };
}

function scanned(store: Store, from: number, to: number): Bucket {
  let bucket = stored(store, 0, from);
  for (let position = from + 1; position < to; position++) {
    bucket = join(store.values, bucket, stored(store, 0, position));
  }
  return bucket;
}

function join(values: Float64Array, left: Bucket, right: Bucket): Bucket {
  const leftWidth = left.to - left.from;
  const rightWidth = right.to - right.from;
  return {
    from: left.from,
    to: right.to,
    lowAt: (values[right.lowAt] as number) < (values[left.lowAt] as number) ? right.lowAt : left.lowAt,
    highAt: (values[right.highAt] as number) > (values[left.highAt] as number) ? right.highAt : left.highAt,
    mean: (left.mean * leftWidth + right.mean * rightWidth) / (leftWidth + rightWidth),
  };
}

function createLevel(capacity: number): Level {
  return {
    lowAt: new Uint32Array(capacity),
    highAt: new Uint32Array(capacity),
    mean: new Float64Array(capacity),
  };
}

function reserve(store: Store, length: number): void {
  let capacity = store.values.length;
  if (length <= capacity) return;
  while (capacity < length) capacity *= 2;
  const values = new Float64Array(capacity);
  values.set(store.values);
  store.values = values;
  store.levels = store.levels.map((level, index) => {
    const grown = createLevel(capacity >> (index + 1));
    grown.lowAt.set(level.lowAt);
    grown.highAt.set(level.highAt);
    grown.mean.set(level.mean);
    return grown;
  });
}

/** A store of its own with just the series' values. */
function copyStore(series: MetricSeries): Store {
  return createSeries(series.store.values.subarray(0, series.length)).store;
}
