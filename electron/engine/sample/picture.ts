/** One picture of the sample: drawn, then photographed badly. */
import { join } from 'node:path';
import sharp from 'sharp';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { colour, css, Dice, placed, Sheet } from './drawing.ts';
import { fruits } from './fruits.ts';
import { background, foreground, litter } from './scenes.ts';

export const pictureSide = 128;
const sampleSeed = 20_240_501;
export const picturesPerClass = 200;

/** Where a picture lies within the dataset's folder. */
export function pictureFile(label: number, number: number): string {
  const { name } = fruits[label] as (typeof fruits)[number];
  return join(name, `${name}-${String(number + 1).padStart(3, '0')}.webp`);
}

/** The drawing of picture `number` of class `label`, as SVG. */
export function drawPicture(label: number, number: number): string {
  const dice = new Dice(sampleSeed, label * picturesPerClass + number);
  const sheet = new Sheet();
  const side = pictureSide;
  const parts = [background(dice, sheet, side)];
  if (dice.chance(0.3)) parts.push(litter(dice, sheet, side, dice.whole(1, 5)));
  // A stranger peeps in from the edge now and then.
  if (dice.chance(0.06)) {
    const others = fruits.filter((_, index) => index !== label);
    const angle = dice.between(0, 2 * Math.PI);
    const stranger = dice.pick(others).draw(dice, sheet);
    parts.push(
      placed(stranger, {
        x: side * (0.5 + 0.55 * Math.cos(angle)),
        y: side * (0.5 + 0.55 * Math.sin(angle)),
        turn: dice.between(0, 360),
        scale: dice.between(14, 28),
      }),
    );
  }
  parts.push(...group(dice, sheet, label));
  if (dice.chance(0.14)) parts.push(foreground(dice, sheet, side));
  return sheet.svg(side, parts.join(''));
}

/** One to four fruits of the class, the nearest last, each with its shadow. */
function group(dice: Dice, sheet: Sheet, label: number): string[] {
  const count = dice.pick([1, 1, 1, 1, 1, 1, 2, 3]);
  const size = pictureSide * (count === 1 ? dice.between(0.36, 0.48) : dice.between(0.25, 0.33));
  const turnedFreely = dice.chance(0.06);
  const start = dice.between(0, 2 * Math.PI);
  const spread = count === 1 ? pictureSide * dice.between(0, 0.07) : size * dice.between(0.88, 1.1);
  const soft = sheet.softening(0.1);
  return Array.from({ length: count }, (_, index) => {
    const angle = start + (index / count) * 2 * Math.PI;
    const place = {
      x: pictureSide / 2 + Math.cos(angle) * spread,
      y: pictureSide / 2 + Math.sin(angle) * spread,
    };
    const turn = turnedFreely ? dice.between(0, 360) : dice.between(-22, 22);
    const scale = [size * dice.between(0.85, 1.12), size * dice.between(0.85, 1.12)] as const;
    const shade = css(colour(250, 30, 8, dice.between(0.15, 0.45)));
    const shadow = `<ellipse cx="0.14" cy="0.2" rx="0.85" ry="0.85" fill="${shade}" filter="${soft}"/>`;
    const fruit = (fruits[label] as (typeof fruits)[number]).draw(dice, sheet);
    return (
      placed(shadow, { ...place, scale: size }) + placed(fruit, { ...place, turn, scale, lean: dice.between(-9, 9) })
    );
  });
}

/** The picture's RGB bytes, [side, side, 3]: the drawing under a light, out of focus, with the grain of a small sensor. */
export async function renderPicture(label: number, number: number): Promise<Uint8Array> {
  const picture = label * picturesPerClass + number;
  // Draws of its own, far from those of the drawing.
  const dice = new Dice(sampleSeed + 1, picture);
  const warmth = dice.between(-0.08, 0.08);
  const light = dice.between(0.88, 1.1);
  const grain = dice.chance(0.3) ? dice.between(2, 6) : 0;
  const focus = dice.chance(0.2) ? dice.between(0.4, 1.1) : 0;
  const bleak = dice.chance(0.03) ? dice.between(0.4, 0.7) : 1;
  let drawing = sharp(Buffer.from(drawPicture(label, number)))
    .removeAlpha()
    .toColourspace('srgb');
  if (focus > 0) drawing = drawing.blur(focus);
  if (bleak < 1) drawing = drawing.modulate({ saturation: bleak });
  const bytes = await drawing.raw().toBuffer();
  const gains = [light * (1 + warmth), light, light * (1 - warmth)];
  const exposed = new Uint8ClampedArray(bytes.length);
  for (let index = 0; index < bytes.length; index++) {
    const noise = grain > 0 ? grain * randomNormal(sampleSeed + 2, randomStreams.sample, picture, index) : 0;
    exposed[index] = (bytes[index] as number) * (gains[index % 3] as number) + noise;
  }
  return new Uint8Array(exposed.buffer);
}
