/** The learning rate over a run relative to its peak, for drawing. The engine has the exact one, step by step. */
const samples = 64;

/** `samples` values in (0, 1], from the first step to the last. */
export function scheduleCurve(parameters: Readonly<Record<string, unknown>>, epochs: number): readonly number[] {
  return Array.from({ length: samples }, (_, index) => rateAt(parameters, index / (samples - 1), epochs));
}

/** Half a cosine from `from` at 0 to `to` at 1. */
function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

function rateAt(parameters: Readonly<Record<string, unknown>>, share: number, epochs: number): number {
  switch (parameters['kind']) {
    case 'cosine':
      return cosine(1, 0, share);
    case 'step': {
      const drops = Math.floor((share * epochs) / Number(parameters['stepEpochs']));
      return Number(parameters['stepFactor']) ** drops;
    }
    case 'one-cycle': {
      const warmup = Number(parameters['warmup']);
      if (share < warmup) return cosine(1 / Number(parameters['startDivisor']), 1, share / warmup);
      return cosine(1, 1 / Number(parameters['endDivisor']), (share - warmup) / (1 - warmup));
    }
    default:
      return 1;
  }
}
