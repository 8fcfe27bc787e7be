/**
 * The classes of the sample: six fruits of the orchard, each whole or cut open, upright, about two units high and
 * centred on the origin. Their colours overlap on purpose (green apples, yellow plums, red pears), so that a model
 * has to look at shape.
 */
import { colour, css, faded, lighter, path, placed, varied, type Colour, type Dice, type Sheet } from './drawing.ts';
import { highlight, leaf, pip, skin, speckles, stalk } from './parts.ts';

export interface Fruit {
  readonly name: string;
  readonly draw: (dice: Dice, sheet: Sheet) => string;
}

const reds = [colour(356, 72, 42), colour(6, 70, 46), colour(348, 62, 38)];
const greens = [colour(82, 52, 48), colour(95, 42, 44), colour(70, 55, 50)];
const yellows = [colour(50, 82, 56), colour(42, 80, 55), colour(58, 70, 56)];
const sunny = [colour(54, 88, 55)];
const purples = [colour(275, 36, 32), colour(300, 34, 30), colour(330, 46, 32), colour(252, 32, 36)];

function tone(dice: Dice, ...families: readonly (readonly Colour[])[]): Colour {
  return varied(dice, dice.pick(dice.pick(families)));
}

function flesh(sheet: Sheet, outline: string, pale: Colour, scale = 0.88): string {
  const fill = sheet.radial([
    [0, lighter(pale, 6)],
    [1, lighter(pale, -4)],
  ]);
  return placed(`<path d="${outline}" fill="${fill}"/>`, { scale });
}

function foliage(dice: Dice, sheet: Sheet, x: number, y: number, probability: number): string {
  if (!dice.chance(probability)) return '';
  const turn = dice.chance(0.5) ? dice.between(-50, 15) : dice.between(165, 230);
  return placed(leaf(dice, sheet), { x, y, turn, scale: dice.between(0.55, 0.9) });
}

function apple(dice: Dice, sheet: Sheet): string {
  const width = dice.between(0.84, 1);
  const taper = dice.between(0.42, 0.62);
  const dip = dice.between(-0.66, -0.52);
  const outline = path`M0 ${dip} C${0.22 * width} -0.86 ${width} -0.82 ${width} -0.08 C${width} 0.5 ${taper} 0.97 0.24 0.93 C0.12 0.9 0.08 0.86 0 0.86 C-0.08 0.86 -0.12 0.9 -0.24 0.93 C${-taper} 0.97 ${-width} 0.5 ${-width} -0.08 C${-width} -0.82 ${-0.22 * width} -0.86 0 ${dip}Z`;
  const base = tone(dice, reds, reds, reds, reds, reds, greens, greens, yellows);
  const body = skin(dice, sheet, outline, base, tone(dice, reds, yellows, greens));
  const top = stalk(dice, 0, dip + 0.08, 0.42) + foliage(dice, sheet, 0.02, dip - 0.12, 0.55);
  if (dice.chance(0.18)) {
    const core = path`M0 -0.3 C0.26 -0.4 0.34 0.1 0 0.42 C-0.34 0.1 -0.26 -0.4 0 -0.3Z`;
    const line = `fill="none" stroke="${css(colour(60, 40, 66))}" stroke-width="0.05"`;
    const seeds = pip(-0.1, 0.02, 12, 0.12) + pip(0.1, 0.02, -12, 0.12);
    return body + flesh(sheet, outline, colour(56, 60, 86), 0.9) + `<path d="${core}" ${line}/>` + seeds + top;
  }
  const hollow = sheet.radial([
    [0, faded(lighter(base, -28), 0.75)],
    [1, faded(lighter(base, -28), 0)],
  ]);
  const dimple = path`cx="0" cy="${dip + 0.09}" rx="0.34" ry="0.13"`;
  const freckles = dice.chance(0.4) ? speckles(dice, 26, 0.75, 0.75, colour(52, 60, 84, 0.45), 0.016) : '';
  const shine = highlight(dice, sheet, -0.4, -0.32, dice.between(0.22, 0.36));
  return `${body}${freckles}<ellipse ${dimple} fill="${hollow}"/>${shine}${top}`;
}

function pear(dice: Dice, sheet: Sheet): string {
  const neck = dice.between(0.24, 0.38);
  const belly = dice.between(0.68, 0.84);
  const waist = dice.between(-0.38, -0.18);
  const outline = path`M0 -0.96 C${neck} -0.98 ${neck} -0.7 ${neck + 0.02} ${waist} C${neck + 0.06} ${waist + 0.3} ${belly} ${waist + 0.36} ${belly} 0.46 C${belly} 0.84 ${belly * 0.55} 1 0.08 0.95 L-0.08 0.95 C${-belly * 0.55} 1 ${-belly} 0.84 ${-belly} 0.46 C${-belly} ${waist + 0.36} ${-neck - 0.06} ${waist + 0.3} ${-neck - 0.02} ${waist} C${-neck} -0.7 ${-neck} -0.98 0 -0.96Z`;
  const base = tone(dice, greens, greens, greens, greens, yellows, yellows, reds);
  const body = skin(dice, sheet, outline, base, tone(dice, yellows, greens, yellows, reds));
  const top = stalk(dice, 0, -0.9, 0.4, 0.1) + foliage(dice, sheet, 0, -1.05, 0.45);
  if (dice.chance(0.18)) {
    const core = path`M0 0.05 C0.22 0.12 0.28 0.5 0 0.66 C-0.28 0.5 -0.22 0.12 0 0.05Z`;
    const line = `fill="none" stroke="${css(colour(52, 40, 68))}" stroke-width="0.045"`;
    const seeds = pip(-0.08, 0.36, 10) + pip(0.08, 0.36, -10);
    return body + flesh(sheet, outline, colour(54, 52, 86), 0.9) + `<path d="${core}" ${line}/>` + seeds + top;
  }
  const freckles = dice.chance(0.6)
    ? placed(speckles(dice, 30, 0.6, 0.5, colour(35, 45, 32, 0.4), 0.016), { y: 0.4 })
    : '';
  return body + freckles + highlight(dice, sheet, -0.32, 0.22, dice.between(0.18, 0.32)) + top;
}

function plum(dice: Dice, sheet: Sheet): string {
  const width = dice.between(0.72, 0.9);
  const outline = path`M0.03 -0.86 C${width * 0.8} -0.94 ${width} -0.4 ${width} 0.05 C${width} 0.6 ${width * 0.6} 0.94 0 0.94 C${-width * 0.6} 0.94 ${-width} 0.6 ${-width} 0.05 C${-width} -0.4 ${-width * 0.8} -0.9 0.03 -0.86Z`;
  const base = dice.chance(5 / 6) ? tone(dice, purples) : tone(dice, reds, yellows);
  const body = skin(dice, sheet, outline, base, tone(dice, purples, reds));
  const top = stalk(dice, 0.02, -0.8, 0.34, 0.07) + foliage(dice, sheet, 0.02, -0.95, 0.5);
  if (dice.chance(0.18)) {
    const stone = sheet.radial([
      [0, colour(28, 45, 46)],
      [1, colour(22, 50, 28)],
    ]);
    const ellipse = path`cx="0" cy="0.05" rx="${width * 0.36}" ry="0.46"`;
    return `${body}${flesh(sheet, outline, varied(dice, colour(36, 78, 56)), 0.9)}<ellipse ${ellipse} fill="${stone}"/>${top}`;
  }
  const side = dice.pick([-1, 1]);
  const crease = path`M0.03 -0.86 C${side * 0.42} -0.5 ${side * 0.46} 0.4 ${side * 0.06} 0.93`;
  const line = `fill="none" stroke="${css(faded(lighter(base, -16), 0.75))}" stroke-width="0.045"`;
  const bloom = sheet.radial([
    [0, colour(225, 45, 84, dice.between(0.1, 0.55))],
    [1, colour(225, 45, 84, 0)],
  ]);
  return `${body}<path d="${outline}" fill="${bloom}"/><path d="${crease}" ${line}/>${highlight(dice, sheet, -0.34, -0.36, 0.26)}${top}`;
}

function lemon(dice: Dice, sheet: Sheet): string {
  const base = tone(dice, yellows, yellows, yellows, yellows, sunny, sunny, sunny, greens);
  if (dice.chance(0.22)) return lemonSlice(dice, sheet, base);
  const width = dice.between(0.6, 0.76);
  const tip = dice.between(0.14, 0.24);
  const outline = path`M0 -1 C0.1 -1 ${tip} -0.9 ${tip + 0.08} -0.78 C${width} -0.62 ${width} 0.62 ${tip + 0.08} 0.78 C${tip} 0.92 0.1 1 0 1 C-0.1 1 ${-tip} 0.92 ${-tip - 0.08} 0.78 C${-width} 0.62 ${-width} -0.62 ${-tip - 0.08} -0.78 C${-tip} -0.9 -0.1 -1 0 -1Z`;
  const body = skin(dice, sheet, outline, base, tone(dice, greens, yellows));
  const pores = speckles(dice, 34, width * 0.85, 0.72, faded(lighter(base, -14), 0.5), 0.02);
  const foot = `<circle cy="-0.95" r="0.07" fill="${css(colour(80, 32, 32))}"/>`;
  const whole = body + pores + highlight(dice, sheet, -0.24, -0.3, 0.26) + foot + foliage(dice, sheet, 0, -0.95, 0.4);
  return placed(whole, { turn: dice.between(20, 120) });
}

function lemonSlice(dice: Dice, sheet: Sheet, rind: Colour): string {
  const segments = dice.whole(7, 10);
  const pulp = sheet.radial([
    [0, lighter(rind, 20)],
    [1, lighter(rind, 6)],
  ]);
  const half = Math.PI / segments - 0.07;
  const x = 0.72 * Math.sin(half);
  const y = -0.72 * Math.cos(half);
  const wedge = path`M0 -0.1 L${x} ${y} Q0 -0.84 ${-x} ${y}Z`;
  const wedges = Array.from({ length: segments }, (_, index) =>
    placed(`<path d="${wedge}" fill="${pulp}" stroke-linejoin="round"/>`, { turn: (index * 360) / segments }),
  );
  const rim = `<circle r="0.94" fill="${css(rind)}"/><circle r="0.84" fill="${css(colour(56, 60, 91))}"/>`;
  return placed(rim + wedges.join(''), { scale: [dice.between(0.75, 1), 1], turn: dice.between(0, 360) });
}

function cherry(dice: Dice, sheet: Sheet): string {
  const base = tone(dice, reds, reds, purples.slice(2, 3), yellows.slice(1, 2));
  const blush = tone(dice, reds);
  const knot = [dice.between(-0.2, 0.2), -0.98] as const;
  const green = css(colour(dice.between(75, 110), 38, dice.between(30, 42)));
  const centres = [
    [-0.46, dice.between(0.3, 0.55)],
    [0.46, dice.between(0.2, 0.5)],
    ...(dice.chance(0.25) ? [[dice.between(-0.1, 0.1), 0.62]] : []),
  ] as [number, number][];
  const size = dice.between(0.42, 0.52);
  const round = path`M0 ${-size * 0.82} C${size * 0.5} ${-size * 1.15} ${size * 1.08} ${-size * 0.7} ${size} 0.04 C${size * 0.92} ${size * 0.75} ${size * 0.4} ${size} 0 ${size * 0.95} C${-size * 0.4} ${size} ${-size * 0.92} ${size * 0.75} ${-size} 0.04 C${-size * 1.08} ${-size * 0.7} ${-size * 0.5} ${-size * 1.15} 0 ${-size * 0.82}Z`;
  const stems = centres.map(([x, y]) => {
    const line = path`M${knot[0]} ${knot[1]} Q${x * 0.75} ${-0.5} ${x} ${y - size * 0.75}`;
    return `<path d="${line}" fill="none" stroke="${green}" stroke-width="0.06" stroke-linecap="round"/>`;
  });
  const fruits = centres.map(([x, y]) => {
    const shine = highlight(dice, sheet, -size * 0.35, -size * 0.3, size * 0.38);
    return placed(skin(dice, sheet, round, varied(dice, base, 3), blush) + shine, {
      x,
      y,
      turn: dice.between(-15, 15),
    });
  });
  return stems.join('') + foliage(dice, sheet, knot[0], knot[1], 0.6) + fruits.join('');
}

function strawberry(dice: Dice, sheet: Sheet): string {
  const width = dice.between(0.68, 0.86);
  const tip = dice.between(0.1, 0.24);
  const outline = path`M0 -0.62 C${width * 0.6} -0.82 ${width * 1.06} -0.6 ${width} -0.18 C${width * 0.92} 0.32 ${tip + 0.12} 0.96 0 0.96 C${-tip - 0.12} 0.96 ${-width * 0.92} 0.32 ${-width} -0.18 C${-width * 1.06} -0.6 ${-width * 0.6} -0.82 0 -0.62Z`;
  const base = tone(dice, reds, reds, reds, [colour(350, 55, 72)]);
  const body = skin(dice, sheet, outline, base, tone(dice, reds, [colour(20, 70, 70)]));
  const green = varied(dice, colour(110, 45, 36));
  const sepals = [-78, -46, -15, 15, 46, 78].map((turn) => {
    const length = dice.between(0.42, 0.6);
    const shape = path`M-0.1 0 Q-0.12 ${length * 0.6} 0 ${length} Q0.12 ${length * 0.6} 0.1 0Z`;
    const fill = css(lighter(green, dice.between(-6, 8)));
    return placed(`<path d="${shape}" fill="${fill}"/>`, { y: -0.68, turn: turn + dice.between(-9, 9) });
  });
  const cap = sepals.join('') + stalk(dice, 0, -0.66, dice.between(0.2, 0.38), 0.07);
  if (dice.chance(0.15)) {
    const heart = path`M0 -0.4 C0.22 -0.46 0.3 -0.1 0 0.5 C-0.3 -0.1 -0.22 -0.46 0 -0.4Z`;
    const pale = `<path d="${heart}" fill="${css(colour(12, 60, 90, 0.85))}"/>`;
    return body + flesh(sheet, outline, colour(356, 72, 66), 0.86) + pale + cap;
  }
  const seeds: string[] = [];
  for (let row = 0; row < 6; row++) {
    const y = -0.42 + row * 0.22;
    const reach = width * (0.84 - Math.max(0, y + 0.1) * 0.72);
    const count = Math.max(1, Math.round(reach / 0.15));
    for (let index = 0; index < count; index++) {
      const x = count === 1 ? 0 : -reach + ((index + (row % 2 ? 0.25 : 0.75) * 0.5 + 0.25) * 2 * reach) / count;
      const place = path`cx="${x + dice.between(-0.03, 0.03)}" cy="${y + dice.between(-0.03, 0.03)}"`;
      seeds.push(`<ellipse ${place} rx="0.03" ry="0.05" fill="${css(colour(46, 75, 68))}"/>`);
    }
  }
  return body + seeds.join('') + highlight(dice, sheet, -0.3, -0.3, 0.24) + cap;
}

/** In label order. */
export const fruits: readonly Fruit[] = [
  { name: 'apple', draw: apple },
  { name: 'cherry', draw: cherry },
  { name: 'lemon', draw: lemon },
  { name: 'pear', draw: pear },
  { name: 'plum', draw: plum },
  { name: 'strawberry', draw: strawberry },
];
