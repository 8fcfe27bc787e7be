/** JSON with something wrong in it: in its values, its form or its text. */
import type { Dice } from '#test/support/vandal.ts';
import { oddNumber, oddText, type Ground } from './kind.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function oddValue(dice: Dice, ground: Ground): Json {
  switch (dice.below(9)) {
    case 0:
      return null;
    case 1:
      return dice.below(2) === 0;
    case 2:
    case 3:
      return oddNumber(dice);
    case 4:
    case 5:
      return oddText(dice, ground);
    case 6:
      return Array.from({ length: dice.pick([0, 1, 3, 20_000]) }, (_, index) => index);
    case 7:
      return { [dice.pick(['__proto__', 'constructor', 'toString', '', 'x'])]: oddNumber(dice) };
    default:
      return nested(dice.pick([3, 200, 3000]), dice.below(2) === 0);
  }
}

function nested(depth: number, isArray: boolean): Json {
  let value: Json = 0;
  for (let level = 0; level < depth; level++) value = isArray ? [value] : { nodes: value };
  return value;
}

interface Place {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string;
}

/** No deeper than sound values are. */
function places(value: Json, depth = 0): Place[] {
  if (value === null || typeof value !== 'object' || depth > 20) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...places(inner, depth + 1)]);
}

/** Of the kind that the value has, so that it is not refused for that alone. */
function likeIt(value: Json, dice: Dice, ground: Ground): Json {
  if (typeof value === 'number') return oddNumber(dice);
  if (typeof value === 'string') return oddText(dice, ground);
  return typeof value === 'boolean' ? !value : oddValue(dice, ground);
}

/** A copy with some values replaced, removed, doubled, or put in where none belong. */
export function spoil<Value>(value: Value, dice: Dice, ground: Ground): Value {
  const copy = structuredClone(value) as Json;
  for (let count = 0; count <= dice.below(2); count++) {
    const all = places(copy);
    if (all.length === 0) return oddValue(dice, ground) as Value;
    const { holder, key } = dice.pick(all);
    const record = holder as Record<string, Json>;
    switch (dice.below(10)) {
      case 0:
        delete record[key];
        break;
      case 1:
        if (Array.isArray(holder)) {
          const item = record[key] as Json;
          const times = dice.pick([2, 10, 1000]);
          for (let time = 0; time < times; time++) holder.push(item);
        } else record[dice.pick(['x', '', '__proto__', 'id', 'kind'])] = oddValue(dice, ground);
        break;
      case 2:
        record[key] = oddValue(dice, ground);
        break;
      default:
        record[key] = likeIt(record[key] as Json, dice, ground);
    }
  }
  return copy as Value;
}
