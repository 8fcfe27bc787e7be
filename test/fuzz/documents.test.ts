/**
 * Real projects, spoilt: each is read or refused with a code, and whatever is read survives everything that is asked of a
 * project between opening and training it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copy, duplicate, parseClip, paste } from '#shared/document/clipboard.ts';
import { connectAll, removeAndHeal } from '#shared/document/edits.ts';
import { describe as liveNumbers } from '#shared/document/live.ts';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { usualValues } from '#shared/document/usual.ts';
import { problems } from '#shared/document/validate.ts';
import { GraftError } from '#shared/messages/error.ts';
import { withAbsolutePaths, withRelativePaths } from '#electron/services/document-paths.ts';
import { factsWith } from '#test/support/facts.ts';
import { fuzzCases, fuzzSeed, fuzzTimeout } from '#test/support/fuzzing.ts';
import { largeDocuments } from '#test/support/large-documents.ts';
import { mutated, type Choices } from '#test/support/mutations.ts';

const golden = join(import.meta.dirname, '../golden/documents');
const formatOne = JSON.stringify({
  format: 1,
  title: 'Old',
  nodes: [
    { id: 'backbone', type: 'backbone', x: 0, y: 0, params: { model: 'nano' } },
    { id: 'freeze', type: 'freeze', label: 'Line', x: 300, y: 40, params: { layers: 2 } },
  ],
  edges: [{ source: 'backbone', sourceHandle: 'features', target: 'freeze', targetHandle: 'features' }],
});
const corpus = [
  ...readdirSync(golden).map((name) => readFileSync(join(golden, name), 'utf8')),
  ...Object.values(largeDocuments).map((make) => serializeDocument(make(6))),
  formatOne,
];
const allowed = ['document.corrupt', 'document.newer'];

/** What `work` gives, or the error it throws; anything else thrown fails the test. */
function outcome<Result>(work: () => Result): Result | GraftError {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof GraftError && thrown.code !== 'internal.unexpected') return thrown;
    throw thrown;
  }
}

function expectSurvives(document: GraftDocument): void {
  const text = serializeDocument(document);
  expect(serializeDocument(parseDocument(text, 'x.graft'))).toBe(text);
  const found = problems(document, factsWith());
  for (const { message, remedy } of found) {
    expect(message).toMatch(/^[^]+[.!?]\)?$/u);
    expect(remedy).not.toBe('');
  }
  const own = problems(document);
  const recipe = outcome(() => resolveRecipe(document));
  expect(recipe instanceof GraftError ? recipe.code : undefined).toBe(own[0]?.code);
  expect(liveNumbers(document, factsWith()).nodes.size).toBeLessThanOrEqual(document.nodes.length);
  for (const { id } of document.nodes) usualValues(document, id);
  const moved = withRelativePaths(withAbsolutePaths(document, '/projects/x.graft'), '/projects/x.graft');
  expect(moved.nodes).toHaveLength(document.nodes.length);
}

function expectEditable(document: GraftDocument): void {
  const ids = document.nodes.map(({ id }) => id);
  const clip = parseClip(copy(document, ids));
  expect(clip?.nodes).toEqual(ids.length > 0 ? document.nodes : undefined);
  if (clip) expectSurvives(paste(emptyDocument, clip, { at: { x: 0, y: 0 } }).document);
  expectSurvives(duplicate(document, ids, { keepIncoming: true }).document);
  expectSurvives(
    removeAndHeal(
      document,
      ids.filter((_, index) => index % 2 === 0),
    ),
  );
  expectSurvives(connectAll({ ...document, wires: [] }, document.wires));
}

function expectReadOrRefused(text: string): void {
  const read = outcome(() => parseDocument(text, 'x.graft'));
  if (read instanceof GraftError) {
    expect(allowed).toContain(read.code);
    return;
  }
  expectSurvives(read);
  expectEditable(read);
}

/** Numbers of a list, one after another. */
function choosing(numbers: readonly number[]): Choices {
  let at = 0;
  return (below) => (numbers[at++] ?? 0) % below;
}

describe(`spoilt projects, seed ${fuzzSeed}`, () => {
  it(
    'are read, checked, changed and written, or refused with a code',
    () => {
      const numbers = fc.array(fc.nat(2 ** 30), { minLength: 30, maxLength: 60 });
      fc.assert(
        fc.property(fc.constantFrom(...corpus), numbers, (text, chosen) => {
          expectReadOrRefused(mutated(text, choosing(chosen)));
        }),
        { numRuns: fuzzCases, seed: fuzzSeed },
      );
    },
    fuzzTimeout,
  );

  it.each(corpus.map((text, index) => [index, text] as const))('come from sound ones, such as %i', (_, text) => {
    expectReadOrRefused(text);
    expect(() => parseDocument(text, 'x.graft')).not.toThrow();
  });
});
