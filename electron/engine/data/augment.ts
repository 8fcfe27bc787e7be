/**
 * Random variations of training pictures. What happens to a picture is a pure function of (seed, counter, index),
 * so it does not depend on which thread decodes it or when, and a resumed run sees the same variations.
 */
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { resample, type Box, type Picture } from './resample.ts';

/** How far pictures may vary; as in the recipe's augment part. */
export interface AugmentRange {
  /** Probability of a left-right mirror image. */
  readonly flip: number;
  /** Largest rotation either way, degrees. */
  readonly rotate: number;
  /** Largest magnification, ≥ 1. */
  readonly zoom: number;
  /** Largest relative change of brightness and of contrast. */
  readonly light: number;
}

export interface Augmentation extends AugmentRange {
  readonly seed: number;
  /** What makes one pass differ from the next: the epoch, or the number of the cached view. */
  readonly counter: number;
  /** For each picture asked for, its place in the dataset. */
  readonly indices: readonly number[];
}

/** One picture's variation. */
export interface Variation {
  readonly mirrored: boolean;
  /** Counter-clockwise, radians. */
  readonly angle: number;
  readonly zoom: number;
  /** Where the magnified part lies between the left and right, top and bottom ends, 0–1. */
  readonly across: number;
  readonly down: number;
  readonly brightness: number;
  readonly contrast: number;
}

const drawsPerPicture = 8;

/** The variation of picture `index` in pass `counter`; every range is drawn from uniformly. */
export function drawVariation(range: AugmentRange, seed: number, counter: number, index: number): Variation {
  const draw = (which: number): number =>
    randomUniform(seed, randomStreams.augmentation, counter, index * drawsPerPicture + which);
  const eitherWay = (which: number, most: number): number => (2 * draw(which) - 1) * most;
  return {
    mirrored: draw(0) < range.flip,
    angle: (eitherWay(1, range.rotate) * Math.PI) / 180,
    zoom: 1 + draw(2) * (range.zoom - 1),
    across: draw(3),
    down: draw(4),
    brightness: 1 + eitherWay(5, range.light),
    contrast: 1 + eitherWay(6, range.light),
  };
}

/** As `resample`, with a variation: magnified, rotated with mirrored corners, flipped, then lit. */
export function resampleVaried(
  picture: Picture,
  box: Box,
  variation: Variation,
  height: number,
  width: number,
  target: Float32Array,
): void {
  const part = magnified(box, variation);
  if (variation.angle === 0) {
    resample(picture, part, height, width, target);
  } else {
    // Rotating reads between pixels, which blurs; from twice the size it does not show.
    const fine = new Float32Array(3 * 4 * height * width);
    resample(picture, part, 2 * height, 2 * width, fine);
    rotateHalving(fine, variation.angle, height, width, target);
  }
  if (variation.mirrored) mirror(target, 3 * height, width);
  if (variation.brightness !== 1 || variation.contrast !== 1) light(target, 3 * height * width, variation);
}

function magnified(box: Box, { zoom, across, down }: Variation): Box {
  const width = box.width / zoom;
  const height = box.height / zoom;
  return {
    width,
    height,
    left: box.left + across * (box.width - width),
    top: box.top + down * (box.height - height),
  };
}

/** Rotates planar [3, 2·height, 2·width] about its centre and averages it down to [3, height, width]. */
function rotateHalving(fine: Float32Array, angle: number, height: number, width: number, target: Float32Array): void {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const rows = 2 * height;
  const columns = 2 * width;
  const plane = rows * columns;
  target.fill(0, 0, 3 * height * width);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const right = x - width + 0.5;
      const below = y - height + 0.5;
      const column = right * cosine - below * sine + width - 0.5;
      const row = right * sine + below * cosine + height - 0.5;
      const left = Math.floor(column);
      const above = Math.floor(row);
      // Bilinear weights of the four neighbours, a quarter each for the average.
      const byColumn = column - left;
      const lower = (row - above) / 4;
      const upper = 0.25 - lower;
      const first = mirroredIndex(above, rows) * columns;
      const second = mirroredIndex(above + 1, rows) * columns;
      const near = mirroredIndex(left, columns);
      const far = mirroredIndex(left + 1, columns);
      let to = (y >> 1) * width + (x >> 1);
      for (let channel = 0; channel < 3; channel++) {
        const from = channel * plane;
        const nearer = upper * (fine[from + first + near] as number) + lower * (fine[from + second + near] as number);
        const farther = upper * (fine[from + first + far] as number) + lower * (fine[from + second + far] as number);
        target[to] = (target[to] as number) + nearer + byColumn * (farther - nearer);
        to += height * width;
      }
    }
  }
}

/** Continues a line of `count` pixels by its mirror image beyond both ends. */
function mirroredIndex(index: number, count: number): number {
  if (index >= 0 && index < count) return index;
  const wrapped = ((index % (2 * count)) + 2 * count) % (2 * count);
  return wrapped < count ? wrapped : 2 * count - 1 - wrapped;
}

function mirror(pixels: Float32Array, rows: number, width: number): void {
  for (let row = 0; row < rows; row++) pixels.subarray(row * width, (row + 1) * width).reverse();
}

/** Scales all values, then their distance from the picture's mean; stays within 0–1. */
function light(pixels: Float32Array, count: number, { brightness, contrast }: Variation): void {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += pixels[index] as number;
  const mean = (brightness * sum) / count;
  for (let index = 0; index < count; index++) {
    const lit = mean + ((pixels[index] as number) * brightness - mean) * contrast;
    pixels[index] = Math.min(1, Math.max(0, lit));
  }
}
