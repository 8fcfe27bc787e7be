/**
 * JSON from anywhere. A text is looked over before it is read: some megabytes of brackets or of ever new names keep
 * `JSON.parse` and what comes after it busy for a minute, or overflow their stack.
 */
import { formatCount } from '#shared/core/format.ts';
import { jsonFlaw } from './json-place.ts';

/** Levels within each other; a project has six. */
export const deepest = 100;
/** More than a project can have in the largest file that is read, as it is written. */
const mostValues = 4_000_000;
/** Different names of members; a project's own are fewer than two hundred. */
const mostNames = 1000;
/**
 * Different beginnings of objects, as lists of names: the engine makes a class for each, which takes it a thousand times
 * as long as a value of one it knows. What a person or a program makes has some hundreds.
 */
const mostForms = 20_000;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The value in a text; or what is wrong with it, a clause that follows the file's name. */
export function readJson(given: string): { readonly value: unknown } | { readonly flaw: string } {
  // Editors mark a text's encoding with a character that is no part of it.
  const text = given.replace(/^\uFEFF/u, '');
  const flaw = excess(text);
  if (flaw !== undefined) return { flaw };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { flaw: jsonFlaw(text) };
  }
}

/** What there is too much of, whether or not the rest is JSON. */
function excess(text: string): string | undefined {
  const names = new Map<string, number>();
  /** What a form becomes with one more name. */
  const longer = new Map<number, number>();
  /** Of the object at each depth, as far as it has come. */
  const forms: number[] = [];
  let depth = 0;
  let values = 1;
  let stringStart = 0;
  let stringEnd = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        stringStart = at + 1;
        at = closingQuote(text, stringStart);
        if (at < 0) return undefined;
        stringEnd = at;
        break;
      case openBrace:
      case openBracket:
        if (++depth > deepest) return `it is nested more than ${deepest} levels deep.`;
        forms[depth] = 0;
        values++;
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        break;
      case colon:
        forms[depth] = formWith(forms[depth] ?? 0, text.slice(stringStart, stringEnd), names, longer);
        if (names.size > mostNames) return `it holds more than ${formatCount(mostNames)} different names.`;
        if (longer.size > mostForms) return 'its objects are of too many different forms.';
        break;
      case comma:
        values++;
        break;
      default:
    }
    if (values > mostValues) return `it holds more than ${formatCount(mostValues)} values.`;
  }
  return undefined;
}

function formWith(form: number, name: string, names: Map<string, number>, longer: Map<number, number>): number {
  let number = names.get(name);
  if (number === undefined) {
    number = names.size;
    names.set(name, number);
  }
  const key = form * (mostNames + 1) + number;
  let next = longer.get(key);
  if (next === undefined) {
    next = longer.size + 1;
    longer.set(key, next);
  }
  return next;
}

/** Where a string ends; -1 where it does not. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (before > start && text.charCodeAt(before - 1) === backslash) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return -1;
}
