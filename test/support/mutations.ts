/** Ways to spoil a JSON text: some know what JSON is, others take it for bytes. Driven by numbers, so that they can be shrunk. */

/** Numbers to choose by, one after another; 0 when there are no more. */
export type Choices = (below: number) => number;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Container = Json[] | { [name: string]: Json };

interface Place {
  readonly owner: Container;
  readonly key: string;
}

const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);

/** Values that are seldom expected. Numbers no JSON can hold are put in as text afterwards. */
const odd: readonly Json[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  -1.7e308,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  'é☃',
  'x'.repeat(300),
  '[1, 2]',
  [],
  {},
  [null],
  nested(20),
  nested(120),
  'tooLarge',
];

const isContainer = (value: Json | undefined): value is Container => typeof value === 'object' && value !== null;

function placesIn(value: Json, found: Place[] = []): Place[] {
  if (!isContainer(value)) return found;
  for (const key of Object.keys(value)) {
    found.push({ owner: value, key });
    placesIn(get({ owner: value, key }) ?? null, found);
  }
  return found;
}

function get({ owner, key }: Place): Json | undefined {
  return Array.isArray(owner) ? owner[Number(key)] : owner[key];
}

function set({ owner, key }: Place, value: Json): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true });
}

const pick = <Item>(items: readonly Item[], choose: Choices): Item | undefined =>
  items[choose(Math.max(1, items.length))];

const copyOf = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Parameters of one kind of node or another. */
const parameterNames =
  'path model stage mode hidden dropout kind learningRate milestones epochs batchSize text fileName'.split(' ');

/** What is done to one place, with all places to take things from. */
const changes: readonly ((place: Place, places: readonly Place[], choose: Choices) => void)[] = [
  (place, _, choose) => set(place, copyOf(pick(odd, choose) ?? null)),
  ({ owner, key }) => {
    if (Array.isArray(owner)) owner.splice(Number(key), 1);
    else delete owner[key];
  },
  ({ owner, key }, _, choose) => {
    if (!Array.isArray(owner)) return;
    const repeated = owner[Number(key)];
    if (repeated !== undefined) owner.splice(choose(owner.length + 1), 0, copyOf(repeated));
  },
  // Texts are mostly names of something: put another's in, and wires lead elsewhere and nodes are of other kinds.
  (place, places, choose) => {
    const value = get(place);
    const alike = places.filter((other) => typeof get(other) === typeof value && !isContainer(get(other)));
    const other = pick(alike, choose);
    if (other) set(place, get(other) ?? null);
  },
  (place, places, choose) => {
    const value = get(place);
    const same = places.filter((other) => other.key === place.key && other.owner !== place.owner);
    const other = pick(same, choose);
    const theirs = other && get(other);
    if (!other || value === undefined || theirs === undefined) return;
    const [mine, yours] = [copyOf(value), copyOf(theirs)];
    set(place, yours);
    set(other, mine);
  },
  ({ owner, key }, places, choose) => {
    if (Array.isArray(owner)) return;
    const name = choose(2) === 0 ? pick(places, choose)?.key : JSON.stringify(pick(odd, choose));
    const value = owner[key];
    delete owner[key];
    if (name !== undefined && value !== undefined) set({ owner, key: name }, value);
  },
  ({ owner }) => {
    if (Array.isArray(owner)) owner.reverse();
  },
  ({ owner }, _, choose) => {
    if (Array.isArray(owner) || owner['kind'] === undefined) return;
    const name = pick(parameterNames, choose) ?? '';
    const before = owner['parameters'];
    const kept = isContainer(before) && !Array.isArray(before) ? before : {};
    owner['parameters'] = { ...kept, [name]: copyOf(pick(odd, choose) ?? null) };
  },
  (place, _, choose) => {
    const value = get(place);
    if (typeof value === 'number') set(place, value * (pick([-1, 1e3, 1e-3, 1e300], choose) ?? 1));
    if (typeof value === 'string') set(place, value.repeat(pick([0, 2, 50], choose) ?? 1).slice(0, 4000));
  },
];

function withChangedValues(text: string, choose: Choices): string {
  const root = { value: JSON.parse(text) as Json };
  for (let left = 1 + choose(6); left > 0; left--) {
    // Half of the time something small, so that most of it stays what it was.
    const all = placesIn(root.value);
    const places = choose(2) === 0 ? all : all.filter((one) => !isContainer(get(one)) && one.key !== 'format');
    const place = pick(places, choose);
    if (place) pick(changes, choose)?.(place, places, choose);
  }
  // 1e999 is JSON, but of a number that is none.
  return JSON.stringify(root.value).replaceAll('"tooLarge"', '1e999');
}

const inserted = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  '\\ud800',
  '-',
  'e999',
  '.',
  '0',
  'null',
  '//',
  '\u2028',
  '\ufeff',
];

function withChangedBytes(text: string, choose: Choices): string {
  let changed = text;
  for (let left = 1 + choose(4); left > 0; left--) {
    const at = choose(changed.length + 1);
    const length = choose(choose(3) === 0 ? 400 : 8);
    const from = choose(changed.length + 1);
    const middle = [
      () => '',
      () => pick(inserted, choose) ?? '',
      () => changed.slice(from, from + length),
      () => String.fromCharCode(choose(0x1_0000)),
    ][choose(4)]?.();
    changed = changed.slice(0, at) + (middle ?? '') + changed.slice(at + (choose(2) === 0 ? length : 0));
  }
  return changed;
}

/** The text, spoilt. */
export function mutated(text: string, choose: Choices): string {
  return choose(3) === 0 ? withChangedBytes(text, choose) : withChangedValues(text, choose);
}
