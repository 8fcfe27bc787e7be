import type { Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';

/** y = x / (bias + alpha / size · Σ x² over the `size` channels around)^beta, of [N, C, …]. */
export const channelResponse =
  (size: number, alpha: number, beta: number, bias: number): Reference =>
  ([x]) => {
    const { shape, data } = x as ReferenceTensor;
    const [, channels, ...spatial] = shape as [number, number, ...number[]];
    const plane = spatial.reduce((product, length) => product * length, 1);
    const half = (size - 1) / 2;
    const made = data.map((value, index) => {
      const channel = Math.floor(index / plane) % channels;
      let sum = 0;
      for (let other = Math.max(channel - half, 0); other <= Math.min(channel + half, channels - 1); other++) {
        sum += (data[index + (other - channel) * plane] as number) ** 2;
      }
      return value / (bias + (alpha / size) * sum) ** beta;
    });
    return [{ shape, data: made }];
  };
