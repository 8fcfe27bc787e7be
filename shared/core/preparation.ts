/**
 * How a picture becomes the numbers a model takes. The decoder goes by it, and an exported model says it, so that whoever
 * uses the model elsewhere can do the same.
 */

/** What transparent pictures are laid over. */
export const background = 'white';

/**
 * Numbers of a picture's file that may become 1: the first that is not below the picture's largest number, which is taken
 * without its decimals, or that number itself where it is beyond all.
 */
export const whites = {
  /** Largest numbers of 8, 12, 14 and 16 bits; 10 are rare, and dark pictures of 12 would be taken for them. */
  integer: [255, 4095, 16_383, 65_535],
  float: [1, 255, 4095, 16_383, 65_535],
} as const;

/** What becomes of a picture that has not the model's proportions. */
type Resize = 'stretch' | 'crop';

/** As `graft.preprocess` has it; docs/guide/exporting.md says of each entry what it means. */
export interface Preparation {
  /** [height, width], pixels. */
  readonly size: readonly [number, number];
  readonly resize: Resize;
  readonly crop: 'none' | 'centre';
  readonly interpolation: 'bilinear';
  readonly antialias: true;
  readonly frames: 'first';
  readonly orientation: 'exif';
  readonly colour: 'rgb';
  readonly colourSpace: 'srgb';
  readonly background: typeof background;
  readonly white: typeof whites;
  readonly range: readonly [0, 1];
  readonly layout: 'NCHW';
  readonly normalization: 'inside';
}

/** @param size [height, width], pixels */
export function preparation(size: readonly [number, number], resize: Resize): Preparation {
  return {
    size,
    resize,
    crop: resize === 'crop' ? 'centre' : 'none',
    interpolation: 'bilinear',
    antialias: true,
    frames: 'first',
    orientation: 'exif',
    colour: 'rgb',
    colourSpace: 'srgb',
    background,
    white: whites,
    range: [0, 1],
    layout: 'NCHW',
    normalization: 'inside',
  };
}
