/** Axis arithmetic: round tick values and the range a curve needs. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Ascending round numbers (1, 2, 2.5 or 5 times a power of ten apart) inside `range`, about `count` of them.
 * `integer` keeps the distance whole, for counted things such as epochs.
 */
export function roundTicks(range: Range, count: number, integer = false): number[] {
  const span = range.to - range.from;
  if (!(span > 0) || count < 1) return [range.from];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  let step = factor * power;
  if (integer) step = step < 1 ? 1 : step === 2.5 ? 5 : Math.round(step);
  const ticks: number[] = [];
  for (let index = Math.ceil(range.from / step - 1e-9); index * step <= range.to + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** `range` widened to round ends, so that the outermost ticks lie on the frame. */
export function roundRange(range: Range, count: number): Range {
  const ticks = roundTicks(range, count);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : range.to - range.from || 1;
  return {
    from: Number((Math.floor(range.from / step + 1e-9) * step).toPrecision(12)),
    to: Number((Math.ceil(range.to / step - 1e-9) * step).toPrecision(12)),
  };
}
