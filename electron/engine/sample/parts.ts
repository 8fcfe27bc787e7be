/** What several fruits have in common: skin with light on it, stalks, leaves, pips. All in units of the fruit's radius. */
import { colour, css, faded, lighter, path, placed, type Colour, type Dice, type Sheet } from './drawing.ts';

/** A rounded body lit from the upper left, with a blush of another colour on one side and a highlight. */
export function skin(dice: Dice, sheet: Sheet, outline: string, base: Colour, blush: Colour): string {
  const shading = sheet.radial(
    [
      [0, lighter(base, 14)],
      [0.55, base],
      [1, lighter(base, -18)],
    ],
    dice.between(0.28, 0.42),
    dice.between(0.25, 0.4),
    0.78,
  );
  const side = sheet.radial(
    [
      [0, faded(blush, dice.between(0.35, 0.9))],
      [1, faded(blush, 0)],
    ],
    dice.pick([0.2, 0.8]),
    dice.between(0.3, 0.8),
    dice.between(0.4, 0.75),
  );
  return `<path d="${outline}" fill="${shading}"/><path d="${outline}" fill="${side}"/>`;
}

export function highlight(dice: Dice, sheet: Sheet, x: number, y: number, size: number): string {
  const glow = sheet.radial([
    [0, colour(50, 60, 98, dice.between(0.45, 0.9))],
    [1, colour(50, 60, 98, 0)],
  ]);
  const shape = `<ellipse rx="${size}" ry="${size * 0.6}" fill="${glow}"/>`;
  return placed(shape, { x, y, turn: dice.between(-60, -20) });
}

export function stalk(dice: Dice, x: number, y: number, length: number, width = 0.09): string {
  const bend = dice.between(-0.25, 0.25);
  const brown = css(colour(dice.between(25, 90), dice.between(25, 45), dice.between(22, 36)));
  const line = path`M${x} ${y} Q${x} ${y - length * 0.6} ${x + bend} ${y - length}`;
  return `<path d="${line}" fill="none" stroke="${brown}" stroke-width="${width}" stroke-linecap="round"/>`;
}

/** A leaf from its foot at the origin, pointing right, one unit long. */
export function leaf(dice: Dice, sheet: Sheet): string {
  const green = colour(dice.between(75, 150), dice.between(28, 60), dice.between(28, 46));
  const fill = sheet.linear(lighter(green, 10), lighter(green, -6), dice.between(60, 120));
  const width = dice.between(0.22, 0.36);
  const outline = path`M0 0 C0.2 ${-width * 1.3} 0.65 ${-width * 1.2} 1 0 C0.65 ${width * 1.1} 0.25 ${width * 1.2} 0 0Z`;
  const veins = [0.3, 0.5, 0.7]
    .map((at) => path`M${at} 0 l0.13 ${-width * 0.45} M${at} 0 l0.13 ${width * 0.45}`)
    .join(' ');
  const lines = `fill="none" stroke="${css(lighter(green, 18))}" stroke-linecap="round"`;
  return (
    `<path d="${outline}" fill="${fill}"/><path d="M0.04 0 Q0.5 -0.05 0.93 0" ${lines} stroke-width="0.035"/>` +
    `<path d="${veins}" ${lines} stroke-width="0.02"/>`
  );
}

export function pip(x: number, y: number, turn: number, size = 0.1): string {
  const shape = path`M0 ${-size} C${size * 0.7} ${-size * 0.2} ${size * 0.5} ${size} 0 ${size} C${-size * 0.5} ${size} ${-size * 0.7} ${-size * 0.2} 0 ${-size}Z`;
  return placed(`<path d="${shape}" fill="${css(colour(25, 55, 20))}"/>`, { x, y, turn });
}

/** Small marks strewn over a disc of the given radii. */
export function speckles(dice: Dice, count: number, across: number, down: number, mark: Colour, size: number): string {
  return Array.from({ length: count }, () => {
    const angle = dice.between(0, 2 * Math.PI);
    const away = Math.sqrt(dice.between(0, 0.85));
    const place = path`cx="${Math.cos(angle) * away * across}" cy="${Math.sin(angle) * away * down}"`;
    return `<circle ${place} r="${(size * dice.between(0.6, 1.2)).toFixed(3)}" fill="${css(mark)}"/>`;
  }).join('');
}
