/** Tools the sample pictures are drawn with: seeded dice, colours, and a sheet of SVG. */
import { randomStreams, randomUniform } from '#shared/core/random.ts';

/** Random choices for one picture; the same picture always gets the same ones. */
export class Dice {
  readonly #seed: number;
  readonly #picture: number;
  #draws = 0;

  constructor(seed: number, picture: number) {
    this.#seed = seed;
    this.#picture = picture;
  }

  between(low: number, high: number): number {
    return low + (high - low) * randomUniform(this.#seed, randomStreams.sample, this.#picture, this.#draws++);
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.whole(0, items.length - 1)] as Item;
  }
}

/** Hue in degrees, saturation and lightness in per cent, opacity 0–1. */
export interface Colour {
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
  readonly opacity?: number;
}

export function colour(hue: number, saturation: number, lightness: number, opacity = 1): Colour {
  return { hue, saturation, lightness, opacity };
}

export function varied(dice: Dice, { hue, saturation, lightness }: Colour, by = 6): Colour {
  return colour(hue + dice.between(-by, by), saturation + dice.between(-by, by), lightness + dice.between(-by, by));
}

export function lighter({ hue, saturation, lightness, opacity = 1 }: Colour, by: number): Colour {
  return colour(hue, saturation, Math.min(98, Math.max(2, lightness + by)), opacity);
}

export function faded(base: Colour, opacity: number): Colour {
  return { ...base, opacity };
}

export function css({ hue, saturation, lightness, opacity = 1 }: Colour): string {
  const turned = ((hue % 360) + 360) % 360;
  const clamped = Math.min(100, Math.max(0, saturation));
  return `hsla(${number(turned)},${number(clamped)}%,${number(lightness)}%,${number(opacity)})`;
}

/** Two decimals are enough for any coordinate here, and keep the drawing readable. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Fills a template with its numbers rounded. */
export function path(parts: TemplateStringsArray, ...values: readonly number[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => String(Math.round(value * 1000) / 1000)));
}

export interface Placement {
  readonly x?: number;
  readonly y?: number;
  /** Degrees, clockwise. */
  readonly turn?: number;
  readonly scale?: number | readonly [number, number];
  readonly lean?: number;
}

/** Moves, turns and scales a drawing. */
export function placed(content: string, { x = 0, y = 0, turn = 0, scale = 1, lean = 0 }: Placement): string {
  const [across, down] = typeof scale === 'number' ? [scale, scale] : scale;
  const steps = [`translate(${number(x)} ${number(y)})`, `rotate(${number(turn)})`, `skewX(${number(lean)})`];
  return `<g transform="${steps.join(' ')} scale(${String(across)} ${String(down)})">${content}</g>`;
}

/** Gradients and patterns of one picture, which refer to each other by number. */
export class Sheet {
  #definitions: string[] = [];

  /** A radial gradient over the shape it fills; centre and radius in its box, 0–1. Answers what to put in `fill`. */
  radial(stops: readonly (readonly [at: number, colour: Colour])[], x = 0.5, y = 0.5, radius = 0.5): string {
    const place = `cx="${number(x)}" cy="${number(y)}" r="${number(radius)}"`;
    return this.#define('radialGradient', place, this.#stops(stops));
  }

  linear(from: Colour, to: Colour, turn = 90): string {
    const stops = this.#stops([
      [0, from],
      [1, to],
    ]);
    return this.#define('linearGradient', `gradientTransform="rotate(${number(turn)} 0.5 0.5)"`, stops);
  }

  /** A tile repeated over the whole picture. */
  pattern(width: number, height: number, turn: number, tile: string): string {
    const size = `width="${number(width)}" height="${number(height)}"`;
    return this.#define(
      'pattern',
      `patternUnits="userSpaceOnUse" ${size} patternTransform="rotate(${number(turn)})"`,
      tile,
    );
  }

  /** Softens whatever refers to it; the deviation is in the drawing's own units. */
  softening(deviation: number): string {
    const blur = `<feGaussianBlur stdDeviation="${String(deviation)}"/>`;
    return this.#define('filter', 'x="-50%" y="-50%" width="200%" height="200%"', blur);
  }

  /** The finished square picture. */
  svg(side: number, content: string): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${side} ${side}">` +
      `<defs>${this.#definitions.join('')}</defs>${content}</svg>`
    );
  }

  #define(element: string, attributes: string, content: string): string {
    const id = `d${this.#definitions.length}`;
    this.#definitions.push(`<${element} id="${id}" ${attributes}>${content}</${element}>`);
    return `url(#${id})`;
  }

  #stops(stops: readonly (readonly [number, Colour])[]): string {
    return stops
      .map(([at, { opacity = 1, ...solid }]) => {
        const share = `offset="${number(at)}" stop-opacity="${number(opacity)}"`;
        return `<stop ${share} stop-color="${css(solid)}"/>`;
      })
      .join('');
  }
}
