import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { currentFormat, type GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { problems } from '#shared/document/validate.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { GraftError } from '#shared/messages/error.ts';
import { project, wiresOf } from '#test/support/documents.ts';

function failure(text: string): GraftError {
  try {
    parseDocument(text, 'my.graft');
  } catch (thrown) {
    if (thrown instanceof GraftError) return thrown;
    throw thrown;
  }
  throw new Error('it was read');
}

describe('parseDocument', () => {
  it.each([
    ['', 'it is empty.'],
    ['{"format": 2, "nod', 'line 1, column 15: a text in quotes has no end.'],
    ['{\n  "format": 2\n  "nodes": []\n}', 'line 3, column 3: a comma is missing.'],
    ['{"format": 2,}', 'line 1, column 14: a name in double quotes is missing.'],
    ['// mine\n{"format": 2}', 'line 1, column 1: there is a comment, which JSON has none of.'],
    ['{"format": NaN}', 'line 1, column 12: there is a word that JSON does not know.'],
    ['{"format": 2} {}', 'line 1, column 15: something follows after the end.'],
    ['\uFEFF{"format": "2"}', 'it has no format number.'],
    ['[]', 'it has no format number.'],
    ['{"format": "2"}', 'it has no format number.'],
    ['{"format": 0}', 'there is no format 0.'],
    ['{"format": 2}', 'nodes must be a list.'],
    [
      '{"format": 2, "nodes": [{"id": "", "kind": "x", "position": {"x": 0, "y": 0}}], "wires": []}',
      'nodes[0].id must not be empty.',
    ],
    [
      '{"format": 2, "nodes": [{"id": "a", "kind": "x", "position": {"x": "0", "y": 0}}], "wires": []}',
      'nodes[0].position.x must be a number.',
    ],
    [
      '{"format": 2, "nodes": [{"id": "a", "kind": "x", "position": {"x": 1e999, "y": 0}}], "wires": []}',
      'nodes[0].position.x must be a number.',
    ],
    ['{"format": 1, "nodes": [], "edges": [{"source": 1}]}', 'edges[0].source must be text.'],
  ])('says what is wrong with %j', (text, reason) => {
    expect(failure(text)).toMatchObject({
      code: 'document.corrupt',
      message: `my.graft is not a readable Graft project: ${reason}`,
    });
  });

  it('refuses two nodes of one name', () => {
    const document = project();
    const twice = { ...document, nodes: [...document.nodes, document.nodes[0]!] };
    expect(failure(serializeDocument(twice)).message).toContain('two nodes are called “data”.');
  });

  it('refuses a newer format politely', () => {
    expect(failure(`{"format": ${currentFormat + 1}, "anything": true}`)).toMatchObject({
      code: 'document.newer',
      message: expect.stringContaining(`format ${currentFormat + 1}`),
    });
  });
});

describe('serializeDocument', () => {
  it('is read back as it was', () => {
    const document: GraftDocument = { ...project(), viewport: { x: 1, y: 2, zoom: 0.5 } };
    expect(parseDocument(serializeDocument(document), '')).toEqual(document);
  });

  it('does not depend on the order of edits', () => {
    const one = setParameter(setParameter(project(), 'training', 'epochs', 5), 'training', 'seed', 2);
    const other = setParameter(setParameter(project(), 'training', 'seed', 2), 'training', 'epochs', 5);
    expect(serializeDocument(one)).toBe(serializeDocument(other));
  });

  it('keeps what it does not know', () => {
    const text =
      '{"format":2,"nodes":[{"id":"q","kind":"quantum","position":{"x":0,"y":0},"parameters":{"b":1,"a":[2]}}],"wires":[]}';
    const document = parseDocument(text, '');
    expect(document.nodes[0]?.parameters).toEqual({ a: [2], b: 1 });
    expect(parseDocument(serializeDocument(document), '')).toEqual(document);
  });

  it('changes one line for one setting', () => {
    const before = serializeDocument(setParameter(project(), 'training', 'epochs', 5)).split('\n');
    const after = serializeDocument(setParameter(project(), 'training', 'epochs', 6)).split('\n');
    expect(after.filter((line, index) => line !== before[index])).toEqual(['        "epochs": 6']);
    expect(after.at(-1)).toBe('');
  });
});

describe('format 1', () => {
  const old = (freeze: object, model = 'nano') =>
    JSON.stringify({
      format: 1,
      title: 'Old',
      nodes: [
        { id: 'backbone', type: 'backbone', x: 0, y: 0, params: { model } },
        { id: 'freeze', type: 'freeze', label: 'Line', x: 300, y: 40, params: freeze },
      ],
      edges: [{ source: 'backbone', sourceHandle: 'features', target: 'freeze', targetHandle: 'features' }],
    });

  it('opens as a document of today', () => {
    const document = parseDocument(old({ layers: 4, backboneRate: 0.1 }), '');
    expect(document).toMatchObject({ format: currentFormat, title: 'Old' });
    expect(document.nodes[1]).toEqual({
      id: 'freeze',
      kind: 'freeze',
      title: 'Line',
      position: { x: 300, y: 40 },
      parameters: { mode: 'until', stage: 'stage4', backboneRate: 0.1 },
    });
    expect(wiresOf(document)).toEqual(['backbone.features > freeze.features']);
    expect(problems(document).map(({ code }) => code)).toEqual(['graph.no-training']);
  });

  it.each([
    [{}, 'nano', {}],
    [{ layers: -1 }, 'nano', { mode: 'backbone' }],
    [{ layers: 0 }, 'nano', { mode: 'none' }],
    [{ layers: 6 }, 'nano', { mode: 'backbone' }],
    [{ layers: 3 }, 'resnet.onnx', { mode: 'until', stage: '' }],
  ])('turns %j of %s into %j', (freeze, model, parameters) => {
    expect(parseDocument(old(freeze, model), '').nodes[1]?.parameters).toEqual(parameters);
  });

  it('is refused when its count is none', () => {
    expect(failure(old({ layers: 'two' })).message).toContain('layers must be a number.');
  });
});

describe('format 2', () => {
  const old = (parameters: object): string =>
    JSON.stringify({
      format: 2,
      title: 'Old',
      nodes: [
        { id: 'backbone', kind: 'backbone', position: { x: 0, y: 0 }, parameters },
        { id: 'backbone-2', kind: 'backbone', position: { x: 0, y: 300 } },
        { id: 'freeze', kind: 'freeze', position: { x: 300, y: 0 }, parameters: { mode: 'none' } },
      ],
      wires: [{ from: { node: 'backbone', port: 'features' }, to: { node: 'freeze', port: 'features' } }],
      viewport: { x: 1, y: 2, zoom: 0.5 },
    });

  it('keeps the backbone that was meant where none is named', () => {
    const document = parseDocument(old({ size: 64 }), '');
    expect(document.nodes.map(({ parameters }) => parameters)).toEqual([
      { model: 'nano', size: 64 },
      { model: 'nano' },
      { mode: 'none' },
    ]);
    expect(document).toMatchObject({ format: currentFormat, title: 'Old', viewport: { x: 1, y: 2, zoom: 0.5 } });
    expect(wiresOf(document)).toEqual(['backbone.features > freeze.features']);
  });

  it('keeps a backbone that is named', () => {
    expect(parseDocument(old({ model: 'r.onnx' }), '').nodes[0]?.parameters).toEqual({ model: 'r.onnx' });
  });
});
