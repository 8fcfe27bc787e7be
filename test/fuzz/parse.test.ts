/** Files as they come: cut short, bent, or nonsense. Reading answers a document or a coded error, nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClip } from '#shared/document/clipboard.ts';
import { describe as liveNumbers } from '#shared/document/live.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { draftRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { applySettings } from '#shared/document/set.ts';
import { problems } from '#shared/document/validate.ts';
import { GraftError } from '#shared/messages/error.ts';
import { project } from '#test/support/documents.ts';
import { factsWith } from '#test/support/facts.ts';

const text = serializeDocument(project());
const formatOne = JSON.stringify({
  format: 1,
  nodes: [{ id: 'freeze', type: 'freeze', x: 0, y: 0, params: { layers: 2 } }],
  edges: [{ source: 'a', sourceHandle: 'b', target: 'freeze', targetHandle: 'features' }],
});

/** What `work` gives, or the code of the GraftError it throws; anything else thrown fails the test. */
function outcome<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof GraftError) return thrown.code;
    throw thrown;
  }
}

/** Whatever can be read must also survive everything that is asked of a document. */
function expectReadOrRefused(candidate: string): void {
  const read = outcome(() => parseDocument(candidate, 'x.graft'));
  const [code, document] = typeof read === 'string' ? [read, emptyDocument] : [undefined, read];
  expect([undefined, 'document.corrupt', 'document.newer']).toContain(code);
  expect(parseDocument(serializeDocument(document), 'x.graft')).toEqual(document);
  problems(document, factsWith());
  draftRecipe(document);
  liveNumbers(document, factsWith());
}

const mutation = fc.record({
  source: fc.constantFrom(text, formatOne),
  at: fc.nat(text.length),
  removed: fc.nat(40),
  inserted: fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '"',
      '{',
      '}',
      '[]',
      'null',
      '-1',
      '1e999',
      '"x"',
      ',',
      'true',
      '__proto__',
      '\u0000',
      'constructor',
    ),
  ),
});

describe('parseDocument', () => {
  it('survives any text', () => {
    fc.assert(fc.property(fc.string(), expectReadOrRefused));
  });

  it('survives a file cut and pasted at random', () => {
    fc.assert(
      fc.property(mutation, ({ source, at, removed, inserted }) => {
        const from = at % source.length;
        expectReadOrRefused(source.slice(0, from) + inserted + source.slice(from + removed));
      }),
      { numRuns: 1500 },
    );
  });

  it('survives values of any type in any place', () => {
    const paths = (value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...paths(inner, [...path, key])])
        : [];
    const places = [text, formatOne].flatMap((source) => paths(JSON.parse(source)).map((path) => ({ source, path })));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ source, path }, value) => {
        const root: unknown = JSON.parse(source);
        let owner = root as Record<string, unknown>;
        for (const key of path.slice(0, -1)) owner = owner[key] as Record<string, unknown>;
        owner[String(path.at(-1))] = value;
        expectReadOrRefused(JSON.stringify(root));
      }),
      { numRuns: 1500 },
    );
  });
});

describe('parseClip', () => {
  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (candidate) => void parseClip(candidate)));
  });
});

describe('applySettings', () => {
  it('sets or refuses with a code', () => {
    const parts = fc.constantFrom(
      'training',
      'head',
      'epochs',
      'hidden',
      'dropout',
      'augment',
      'enabled',
      '.',
      '=',
      '5',
      '-1',
    );
    const setting = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 6 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(setting, (candidate) => {
        const document = outcome(() => applySettings(project(), [candidate]));
        expect(typeof document === 'string' ? [] : problems(document)).toEqual([]);
      }),
    );
  });
});
