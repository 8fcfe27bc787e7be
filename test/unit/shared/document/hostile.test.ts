/** Project files and clipboards that someone made to do harm: read, or refused with a sentence, and nothing is kept busy. */
import { describe, expect, it } from 'vitest';
import { parseClip, paste } from '#shared/document/clipboard.ts';
import { describe as liveNumbers } from '#shared/document/live.ts';
import { currentFormat, documentSchema, emptyDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { draftRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { applySettings } from '#shared/document/set.ts';
import { problems } from '#shared/document/validate.ts';
import { GraftError } from '#shared/messages/error.ts';
import { project } from '#test/support/documents.ts';
import { factsWith } from '#test/support/facts.ts';

const place = '"position":{"x":0,"y":0}';
const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
const list = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(',');
const file = (nodes: string, wires = ''): string => `{"format":2,"nodes":[${nodes}],"wires":[${wires}]}`;
const clip = (nodes: string): string => `{"graft":"nodes","format":2,"nodes":[${nodes}],"wires":[],"incoming":[]}`;
const note = (parameters: string, id = 'a'): string =>
  `{"id":${JSON.stringify(id)},"kind":"note",${place},"parameters":{${parameters}}}`;

/** What is wrong with a text, after the words that go before it; '' when it is a project. */
function flawOf(text: string): string {
  try {
    parseDocument(text, 'x.graft');
    return '';
  } catch (thrown) {
    if (!(thrown instanceof GraftError) || thrown.code !== 'document.corrupt') throw thrown;
    return thrown.message.replace('x.graft is not a readable Graft project: ', '');
  }
}

const tooDeep = 'it is nested more than 100 levels deep.';
const tooMany = 'it holds more than 4,000,000 values.';

describe('a file', () => {
  it.each<[string, () => string, string]>([
    ['5,000 lists in each other', () => file(note(`"text":${nested(5000)}`)), tooDeep],
    ['1,000,000 lists in each other', () => nested(1_000_000), tooDeep],
    ['64 MB of brackets', () => '['.repeat(64e6), tooDeep],
    ['objects in each other', () => `${'{"nodes":'.repeat(200_000)}1${'}'.repeat(200_000)}`, tooDeep],
    ['60 MB of numbers', () => file('1,'.repeat(30e6)), tooMany],
    ['60 MB of empty objects', () => file('{},'.repeat(20e6)), tooMany],
    [
      'an object of 1,000,000 names',
      () => file(note(list(1e6, (index) => `"p${index}":1`))),
      'it holds more than 1,000 different names.',
    ],
    [
      'objects each of another form',
      () =>
        file(
          list(
            40_000,
            (index) =>
              `{"a${index % 200}":{"b${Math.floor(index / 200)}":0,"c${index % 200}":1,"d${Math.floor(index / 200)}":0}}`,
          ),
        ),
      'its objects are of too many different forms.',
    ],
    ['3,000,000 nodes that are none', () => file(`${'0,'.repeat(3e6)}0`), 'nodes[0] must be an object.'],
    ['3,000,000 wires that are none', () => file('', `${'0,'.repeat(3e6)}0`), 'wires[0] must be an object.'],
    [
      'the same in format 1',
      () => `{"format":1,"nodes":[${'0,'.repeat(3e6)}0],"edges":[]}`,
      'nodes[0] must be an object.',
    ],
    [
      'a node of 201 parameters',
      () => file(note(list(201, (index) => `"p${index}":1`))),
      'nodes[0].parameters must have at most 200 entries.',
    ],
    [
      'a number that is none',
      () => file(note('"text":1e999')),
      'nodes[0].parameters.text holds a number too large to be kept.',
    ],
    [
      'such a number in a list',
      () => file(note('"text":[0,-1e999]')),
      'nodes[0].parameters.text holds a number too large to be kept.',
    ],
    ['a name of a megabyte', () => file(note('', 'n'.repeat(1e6))), 'nodes[0].id must have at most 1000 characters.'],
    ['a format of a megabyte', () => `{"format":${'9'.repeat(1e6)}}`, 'it has no format number.'],
    ['60 MB of nothing', () => ' '.repeat(60e6), 'it is empty.'],
    [
      'an open string',
      () => `{"format":2,"title":"${'\\"'.repeat(1e6)}`,
      'line 1, column 21: a text in quotes has no end.',
    ],
  ])('of %s is refused', (_, text, flaw) => {
    expect(flawOf(text())).toBe(flaw);
  });

  it.each<[string, () => string]>([
    ['brackets in a text', () => file(note(`"text":${JSON.stringify('[{'.repeat(1000))}`))],
    ['quotes and backslashes in a text', () => file(note(`"text":${JSON.stringify('\\"\\\\"['.repeat(300))}`))],
    ['30 MB of text', () => file(note(`"text":"${'é☃'.repeat(15e6)}"`))],
    ['60 MB of space', () => file('') + ' '.repeat(60e6)],
    [
      'names from JavaScript',
      () => file(note('"__proto__":{"polluted":1},"constructor":1,"toString":2,"hasOwnProperty":3')),
    ],
    ['nodes called like them', () => file(['__proto__', 'constructor', 'toString'].map((id) => note('', id)).join())],
    ['half of a pair of surrogates', () => file(note('"text":"\\ud800"', '\udfff'))],
    ['a title of a megabyte', () => file(`{"id":"t","kind":"training","title":"${'T'.repeat(1e6)}",${place}}`)],
    [
      'a hidden layer of a million numbers',
      () => file(`{"id":"h","kind":"head",${place},"parameters":{"hidden":[${list(1e6, String)}]}}`),
    ],
    [
      'a million words for hidden layers',
      () => file(`{"id":"h","kind":"head",${place},"parameters":{"hidden":"${'x,'.repeat(1e6)}"}}`),
    ],
    ['90 levels in a parameter', () => file(`{"id":"f","kind":"future",${place},"parameters":{"x":${nested(90)}}}`)],
  ])('of %s is read, checked and written', (_, text) => {
    const document = parseDocument(text(), 'x.graft');
    for (const { message, remedy } of problems(document, factsWith()))
      expect(message.length + remedy.length).toBeLessThan(20_000);
    draftRecipe(document);
    expect(liveNumbers(document, factsWith()).wires.size).toBe(0);
    expect(serializeDocument(parseDocument(serializeDocument(document), 'x.graft'))).toBe(serializeDocument(document));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of a newer format is called newer, however odd', () => {
    expect(() => parseDocument(`{"format":${currentFormat + 1},"x":${nested(90)}}`, '')).toThrow(
      expect.objectContaining({ code: 'document.newer' }),
    );
  });

  it('with nothing but faults is not told of all', () => {
    const found = problems(
      parseDocument(file(list(30_000, (index) => `{"id":"n${index}","kind":"k${index}",${place}}`)), ''),
    );
    expect(found.length).toBeGreaterThan(19_000);
    expect(found.length).toBeLessThan(21_000);
  });
});

describe('a document that comes from a window', () => {
  it('is held to the same', () => {
    const deep = JSON.parse(nested(5000)) as unknown;
    const node = { id: 'a', kind: 'note', position: { x: 0, y: 0 }, parameters: { text: deep } };
    const parsed = documentSchema.safeParse({ ...emptyDocument, nodes: [node] });
    expect(parsed.error?.issues).toEqual([
      expect.objectContaining({
        path: ['nodes', 0, 'parameters', 'text'],
        message: 'must not be nested more than 100 levels deep.',
      }),
    ]);
  });
});

describe('a clipboard', () => {
  it.each<[string, () => string]>([
    ['brackets', () => clip(note(`"text":${nested(5000)}`))],
    ['objects in each other', () => '{"graft":'.repeat(1_000_000)],
    ['numbers', () => clip(`${'1,'.repeat(5e6)}1`)],
    ['nodes that are none', () => clip(`${'0,'.repeat(3e6)}0`)],
    ['numbers that are none', () => clip(note('"text":1e999'))],
  ])('of %s is foreign text', (_, text) => expect(parseClip(text())).toBeUndefined());

  it('of nodes in a circle is pasted with the circle open', () => {
    const nodes = list(3000, (index) => `{"id":"n${index}","kind":"freeze",${place}}`);
    const wires = list(
      3000,
      (index) =>
        `{"from":{"node":"n${(index + 1) % 3000}","port":"features"},"to":{"node":"n${index}","port":"features"}}`,
    );
    const circle = parseClip(clip(nodes).replace('"wires":[]', `"wires":[${wires}]`));
    expect(circle && paste(project(), circle).document.wires).toHaveLength(project().wires.length + 2999);
  });

  it('of nodes at the ends of the world is pasted into it', () => {
    const far = (x: number): string => note('').replace('"x":0', `"x":${x}`);
    const parsed = parseClip(clip(`${far(1.7e308)},${far(-1.7e308)}`));
    const pasted = parsed && paste(emptyDocument, parsed, { at: { x: 1e308, y: 0 } }).document;
    expect(pasted && parseDocument(serializeDocument(pasted), '')).toEqual(pasted);
    expect(pasted?.nodes).toHaveLength(2);
  });
});

describe('a setting', () => {
  const outcome = (setting: string): string => {
    try {
      applySettings(project(), [setting]);
      return '';
    } catch (thrown) {
      if (thrown instanceof GraftError) return thrown.code;
      throw thrown;
    }
  };

  it.each<[string, string, string]>([
    ['a number that is none', 'training.epochs=1e999', 'graph.bad-parameter'],
    ['such a number in a list', 'head.hidden=8,1e999', 'graph.bad-parameter'],
    ['a million numbers', `head.hidden=${'8,'.repeat(1e6)}`, 'graph.bad-parameter'],
    ['a million dots', `${'.'.repeat(1e6)}=1`, 'input.bad-argument'],
    ['a million names', `${'a.'.repeat(1e6)}b=1`, 'graph.node-missing'],
    ['a million equal signs', '='.repeat(1e6), 'input.bad-argument'],
    ['a name from JavaScript', 'head.constructor=1', 'graph.unknown-parameter'],
    ['brackets', `data.path=${'['.repeat(1e3)}`, ''],
    ['a million brackets', `data.path=${'['.repeat(1e6)}`, 'graph.bad-parameter'],
  ])('to %s is made or refused', (_, setting, code) => expect(outcome(setting)).toBe(code));
});
