/** What lies under, beside and over the fruit. Coordinates are pixels of the finished picture. */
import { colour, css, faded, lighter, number, path, placed, type Colour, type Dice, type Sheet } from './drawing.ts';
import { leaf } from './parts.ts';

/** A calm, mostly pale colour for cloth, paper and walls; now and then a strong one. */
function surface(dice: Dice): Colour {
  if (dice.chance(0.08)) return colour(dice.between(0, 360), dice.between(20, 45), dice.between(32, 55));
  return colour(dice.between(0, 360), dice.between(12, 42), dice.between(78, 93));
}

function cover(side: number, fill: string, opacity = 1): string {
  return `<rect width="${side}" height="${side}" fill="${fill}" opacity="${number(opacity)}"/>`;
}

function wall(dice: Dice, sheet: Sheet, side: number): string {
  const base = surface(dice);
  return cover(side, sheet.linear(lighter(base, 8), lighter(base, -10), dice.between(0, 180)));
}

function gingham(dice: Dice, sheet: Sheet, side: number): string {
  const base = colour(dice.between(0, 360), dice.between(25, 50), dice.between(58, 72));
  const size = dice.between(12, 26);
  const band = `fill="${css(faded(base, 0.5))}"`;
  const tile = `<rect width="${number(size / 2)}" height="${number(size)}" ${band}/><rect width="${number(size)}" height="${number(size / 2)}" ${band}/>`;
  return cover(side, css(colour(45, 30, 95))) + cover(side, sheet.pattern(size, size, dice.between(0, 90), tile));
}

function stripes(dice: Dice, sheet: Sheet, side: number): string {
  const base = surface(dice);
  const size = dice.between(8, 24);
  const share = dice.between(0.2, 0.6) * size;
  const band = css(dice.chance(0.5) ? lighter(base, -14) : surface(dice));
  const tile = `<rect width="${number(size)}" height="${number(share)}" fill="${band}"/>`;
  return cover(side, css(base)) + cover(side, sheet.pattern(size, size, dice.between(0, 180), tile));
}

function dots(dice: Dice, sheet: Sheet, side: number): string {
  const size = dice.between(12, 24);
  const spot = css(surface(dice));
  const radius = number(size * dice.between(0.1, 0.22));
  const places = [0.25, 0.75].map((at) => `cx="${number(size * at)}" cy="${number(size * at)}"`);
  const tile = places.map((place) => `<circle ${place} r="${radius}" fill="${spot}"/>`).join('');
  return cover(side, css(surface(dice))) + cover(side, sheet.pattern(size, size, dice.between(0, 90), tile));
}

function planks(dice: Dice, side: number): string {
  const base = colour(dice.between(20, 42), dice.between(22, 48), dice.between(32, 68));
  const height = dice.between(22, 44);
  const boards: string[] = [];
  for (let y = -side; y < 2 * side; y += height) {
    const shade = css(lighter(base, dice.between(-6, 6)));
    boards.push(
      `<rect x="${-side}" y="${number(y)}" width="${3 * side}" height="${number(height - 1)}" fill="${shade}"/>`,
    );
    for (let line = 0; line < 4; line++) {
      const at = y + dice.between(2, height - 3);
      const grain = path`M${-side} ${at} Q${dice.between(0, side)} ${at + dice.between(-4, 4)} ${2 * side} ${at + dice.between(-3, 3)}`;
      const stroke = `stroke="${css(faded(lighter(base, -14), 0.5))}" stroke-width="0.8"`;
      boards.push(`<path d="${grain}" fill="none" ${stroke}/>`);
    }
  }
  const turn = dice.pick([0, 90, dice.between(-30, 30)]);
  const turned = `<g transform="rotate(${number(turn)} ${side / 2} ${side / 2})">${boards.join('')}</g>`;
  return cover(side, css(lighter(base, -22))) + turned;
}

function undergrowth(dice: Dice, sheet: Sheet, side: number): string {
  const leaves = Array.from({ length: 34 }, () =>
    placed(leaf(dice, sheet), {
      x: dice.between(-10, side + 10),
      y: dice.between(-10, side + 10),
      turn: dice.between(0, 360),
      scale: dice.between(22, 46),
    }),
  );
  return cover(side, css(colour(dice.between(80, 140), 30, dice.between(20, 34)))) + leaves.join('');
}

function terrazzo(dice: Dice, side: number): string {
  const chips = Array.from({ length: 60 }, () => {
    const reach = dice.between(1.5, 6);
    const corners = Array.from({ length: 5 }, (_, index) => {
      const angle = (index / 5) * 2 * Math.PI;
      const away = reach * dice.between(0.6, 1.3);
      return `${number(Math.cos(angle) * away)},${number(Math.sin(angle) * away)}`;
    });
    const chip = `<polygon points="${corners.join(' ')}" fill="${css(faded(surface(dice), 0.85))}"/>`;
    return placed(chip, { x: dice.between(0, side), y: dice.between(0, side) });
  });
  return cover(side, css(lighter(surface(dice), 4))) + chips.join('');
}

function plate(dice: Dice, sheet: Sheet, side: number): string {
  const china = colour(dice.between(0, 360), dice.between(5, 35), dice.between(84, 96));
  const x = side / 2 + dice.between(-14, 14);
  const y = side / 2 + dice.between(-14, 14);
  const ring = (radius: number, fill: string): string =>
    `<circle cx="${number(x)}" cy="${number(y)}" r="${number(radius)}" fill="${fill}"/>`;
  const shadow = `<g filter="${sheet.softening(4)}">${ring(side * 0.5, css(colour(30, 20, 10, 0.35)))}</g>`;
  const rim = css(lighter(china, dice.between(-30, -4)));
  const rings = ring(side * 0.48, css(china)) + ring(side * 0.45, rim) + ring(side * 0.435, css(china));
  return (
    dice.pick([stripes, gingham, wall])(dice, sheet, side) + shadow + rings + ring(side * 0.33, css(lighter(china, 2)))
  );
}

export function background(dice: Dice, sheet: Sheet, side: number): string {
  const kinds = [wall, wall, wall, wall, gingham, stripes, dots, planks, planks, undergrowth, terrazzo, plate, plate];
  const kind = dice.pick(kinds);
  if (kind === planks) return planks(dice, side);
  if (kind === terrazzo) return terrazzo(dice, side);
  return (kind as typeof wall)(dice, sheet, side);
}

/** A few loose leaves and petals. */
export function litter(dice: Dice, sheet: Sheet, side: number, count: number): string {
  return Array.from({ length: count }, () => {
    const place = { x: dice.between(0, side), y: dice.between(0, side), turn: dice.between(0, 360) };
    if (dice.chance(0.6)) return placed(leaf(dice, sheet), { ...place, scale: dice.between(14, 34) });
    const tint = css(colour(dice.between(-20, 40), dice.between(30, 70), dice.between(80, 94)));
    return placed(`<ellipse rx="7" ry="4" fill="${tint}"/>`, { ...place, scale: dice.between(0.6, 1.4) });
  }).join('');
}

/** Something in front that hides part of the fruit: a large leaf, a folded napkin, or beads of water. */
export function foreground(dice: Dice, sheet: Sheet, side: number): string {
  const kind = dice.pick(['leaf', 'napkin', 'water'] as const);
  if (kind === 'leaf') {
    const turn = dice.between(0, 360);
    const away = ((turn + 180) * Math.PI) / 180;
    const x = side / 2 + Math.cos(away) * side * dice.between(0.35, 0.6);
    const y = side / 2 + Math.sin(away) * side * dice.between(0.35, 0.6);
    return placed(leaf(dice, sheet), { x, y, turn: turn + dice.between(-25, 25), scale: dice.between(45, 80) });
  }
  if (kind === 'napkin') {
    const cloth = surface(dice);
    const fill = sheet.linear(lighter(cloth, 6), lighter(cloth, -10), 0);
    const hem = `stroke="${css(lighter(cloth, -16))}" stroke-width="1.5" stroke-dasharray="3 2"`;
    const fold = `<rect x="0" y="${-side}" width="${side}" height="${2 * side}" fill="${fill}"/><path d="M3 ${-side}V${side}" ${hem}/>`;
    const turn = dice.between(0, 360);
    const angle = (turn * Math.PI) / 180;
    const away = side * dice.between(0.2, 0.4);
    return placed(fold, { x: side / 2 + Math.cos(angle) * away, y: side / 2 + Math.sin(angle) * away, turn });
  }
  return Array.from({ length: dice.whole(8, 22) }, () => {
    const size = dice.between(1.5, 4.5);
    const drop =
      `<circle r="${number(size)}" fill="${css(colour(205, 40, 92, 0.45))}"/>` +
      `<circle cx="${number(-size * 0.3)}" cy="${number(-size * 0.3)}" r="${number(size * 0.3)}" fill="${css(colour(205, 30, 99, 0.9))}"/>`;
    return placed(drop, { x: dice.between(0, side), y: dice.between(0, side) });
  }).join('');
}
