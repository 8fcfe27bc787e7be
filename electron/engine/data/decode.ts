/** From a picture to the numbers a model takes: what is asked for, and one picture by itself. */
import { GraftError } from '#shared/messages/error.ts';
import type { Augmentation } from './augment.ts';
import { sharedDecoder } from './decoder.ts';
import type { Resize } from './resample.ts';

export interface DecodeOptions {
  /** [height, width] of the result. */
  readonly size: readonly [number, number];
  readonly resize: Resize;
  /** Random variations; absent for validation, evaluation and prediction. */
  readonly augment?: Augmentation | undefined;
}

/**
 * One picture as planar RGB [3, height, width] in 0–1, from a path, a data URL or a file's bytes.
 * @throws GraftError `predict.bad-input`, `data.decoder-broken`
 */
export async function decodeOne(input: string | Uint8Array, options: DecodeOptions): Promise<Float32Array> {
  const given = typeof input === 'string' ? input : `data:;base64,${Buffer.from(input).toString('base64')}`;
  const { pixels, failures } = await sharedDecoder().make([given], { kind: 'pixels', options });
  const [failure] = failures;
  if (failure) {
    const path = given.startsWith('data:') ? 'The picture given' : given;
    throw new GraftError('predict.bad-input', { path, reason: failure.reason });
  }
  return pixels;
}
