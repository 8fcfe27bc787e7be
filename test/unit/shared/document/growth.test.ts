/** Twice as large a document is twice the work: whatever is asked of it, and however it is wired. */
import { describe, expect, it } from 'vitest';
import { duplicate } from '#shared/document/clipboard.ts';
import { canConnect, fittingEndpoints } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import { downstream, findCycle, topologicalOrder, upstream } from '#shared/document/graph.ts';
import { describe as liveNumbers } from '#shared/document/live.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { draftRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { problems } from '#shared/document/validate.ts';
import { counted, operationsOf } from '#test/support/counted.ts';
import { factsWith } from '#test/support/facts.ts';
import { largeDocuments } from '#test/support/large-documents.ts';

const ids = (document: GraftDocument): string[] => document.nodes.map(({ id }) => id);
const everySecond = (document: GraftDocument): string[] => ids(document).filter((_, index) => index % 2 === 1);
const nowhere = { node: '', port: '' };

const works: Readonly<Record<string, (document: GraftDocument) => unknown>> = {
  problems: (document) => problems(document, factsWith()),
  draftRecipe,
  liveNumbers: (document) => liveNumbers(document, factsWith()),
  serializeDocument,
  topologicalOrder,
  findCycle,
  upstream: (document) => upstream(document, ids(document)),
  downstream: (document) => downstream(document, ids(document)),
  canConnect: (document) =>
    canConnect(document, document.wires.at(-1)?.from ?? nowhere, document.wires[0]?.to ?? nowhere),
  fittingEndpoints: (document) => fittingEndpoints(document, document.wires[0]?.from ?? nowhere, 'output'),
  disconnect: (document) => edits.disconnect(document, document.wires),
  removeNodes: (document) => edits.removeNodes(document, everySecond(document)),
  removeAndHeal: (document) => edits.removeAndHeal(document, everySecond(document)),
  removeAndHealAll: (document) => edits.removeAndHeal(document, ids(document)),
  connectAll: (document) => edits.connectAll({ ...document, wires: [] }, document.wires),
  duplicate: (document) => duplicate(document, ids(document), { keepIncoming: true }),
};

describe.each(Object.entries(largeDocuments))('of a %s', (_, make) => {
  it.each(Object.entries(works))('%s takes twice as much for twice as many nodes', (__, work) => {
    const [small, large] = [150, 300].map((size) => {
      const document = counted(make(size));
      return operationsOf(() => work(document));
    }) as [number, number];
    // A part that grows with the square would come near four times.
    expect(large).toBeLessThan(2.3 * small + 200);
  });
});

describe('a chain of 20,000 nodes', () => {
  // Deeper than any stack: what called itself for each node of a chain would not come back.
  const document = largeDocuments.chain(20_000);

  it.each(Object.entries(works))('%s comes back', (_, work) => {
    expect(() => work(document)).not.toThrow();
  });

  it('is read as it was written', () => {
    expect(parseDocument(serializeDocument(document), 'chain.graft')).toEqual(document);
  });
});

describe('a circle of 20,000 nodes', () => {
  const document = largeDocuments.circle(20_000);

  it('is found, and opened by whatever is taken out of it', () => {
    expect(findCycle(document)?.id).toBe('freeze-0');
    const healed = edits.removeAndHeal(document, everySecond(document));
    expect(findCycle(healed)).toBeUndefined();
    // The first that goes would have joined what feeds each other already.
    expect(healed.wires).toHaveLength(9_999);
  });
});
