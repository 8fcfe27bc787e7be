/** Random sequences of edits: whatever a person does, the document stays sound and says the same by every way there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copy, duplicate, parseClip, paste } from '#shared/document/clipboard.ts';
import { canConnect } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import { findCycle, findPort, sameEndpoint, topologicalOrder } from '#shared/document/graph.ts';
import { describe as liveNumbers } from '#shared/document/live.ts';
import { emptyDocument, type Endpoint, type GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { problems } from '#shared/document/validate.ts';
import { kindOf, nodeKinds } from '#shared/nodes/registry.ts';
import { project } from '#test/support/documents.ts';
import { factsWith } from '#test/support/facts.ts';

type Edit = (document: GraftDocument) => GraftDocument;

/** One of the items, by a number that stays meaningful while the list changes; undefined of none. */
function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(1, items.length)];
}

function endpoints(document: GraftDocument, side: 'inputs' | 'outputs'): Endpoint[] {
  return document.nodes.flatMap(({ id, kind }) =>
    (kindOf(kind)?.[side] ?? []).map(({ name }) => ({ node: id, port: name })),
  );
}

function ids(document: GraftDocument, choices: readonly number[]): string[] {
  return choices.flatMap((choice) => pick(document.nodes, choice)?.id ?? []);
}

const choice = fc.nat(1000);
const choices = fc.array(choice, { maxLength: 4 });
const position = fc.record({ x: fc.integer({ min: -4000, max: 4000 }), y: fc.integer({ min: -4000, max: 4000 }) });

/** Named, so that a failing sequence reads as a story. */
function named(name: string, apply: Edit): Edit {
  return Object.assign(apply, { toString: () => name });
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...nodeKinds), position)
    .map(([{ kind }, at]) =>
      named(`add ${kind}`, (document) => edits.addNode(document, { kind, position: at }).document),
    ),
  fc.tuple(choice, choice).map(([a, b]) =>
    named(`connect ${a} ${b}`, (document) => {
      const from = pick(endpoints(document, 'outputs'), a);
      const to = pick(endpoints(document, 'inputs'), b);
      return from && to ? edits.connect(document, from, to) : document;
    }),
  ),
  choices.map((chosen) =>
    named(`remove ${chosen.join()}`, (document) => edits.removeNodes(document, ids(document, chosen))),
  ),
  choices.map((chosen) =>
    named(`heal ${chosen.join()}`, (document) => edits.removeAndHeal(document, ids(document, chosen))),
  ),
  choice.map((a) =>
    named(`disconnect ${a}`, (document) => {
      const wire = pick(document.wires, a);
      return wire ? edits.disconnect(document, [wire]) : document;
    }),
  ),
  fc
    .tuple(choice, position)
    .map(([a, at]) =>
      named(`move ${a}`, (document) => edits.moveNodes(document, new Map(ids(document, [a]).map((id) => [id, at])))),
    ),
  fc
    .tuple(choice, choice, fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(undefined)))
    .map(([a, b, value]) =>
      named(`set ${a} ${b} ${String(value)}`, (document) => {
        const node = pick(document.nodes, a);
        const name = node && pick(Object.keys(kindOf(node.kind)?.schema.shape ?? {}), b);
        return node && name !== undefined ? edits.setParameter(document, node.id, name, value) : document;
      }),
    ),
  fc
    .tuple(choice, fc.string())
    .map(([a, title]) =>
      named(`rename ${a}`, (document) => edits.renameNode(document, pick(document.nodes, a)?.id ?? '', title)),
    ),
  fc.tuple(choice, choice).map(([a, b]) =>
    named(`splice ${a} ${b}`, (document) => {
      const [node, wire] = [pick(document.nodes, a), pick(document.wires, b)];
      return node && wire ? edits.spliceIntoWire(document, node.id, wire) : document;
    }),
  ),
  fc
    .tuple(choices, fc.boolean())
    .map(([chosen, keepIncoming]) =>
      named(
        `duplicate ${chosen.join()}`,
        (document) => duplicate(document, ids(document, chosen), { keepIncoming }).document,
      ),
    ),
  fc.tuple(choices, position, fc.boolean()).map(([chosen, at, keepIncoming]) =>
    named(`paste ${chosen.join()}`, (document) => {
      const clip = parseClip(copy(document, ids(document, chosen)));
      return clip ? paste(document, clip, { at, keepIncoming }).document : document;
    }),
  ),
);

const start = fc.constantFrom(emptyDocument, project());
const edited = fc.tuple(start, fc.array(edit, { maxLength: 40 }));

function after(first: GraftDocument, sequence: readonly Edit[]): GraftDocument {
  return sequence.reduce((document, apply) => apply(document), first);
}

function expectSound(document: GraftDocument): void {
  const names = document.nodes.map(({ id }) => id);
  expect(new Set(names).size).toBe(names.length);
  for (const [index, wire] of document.wires.entries()) {
    const type = findPort(document, wire.from, 'output')?.type;
    expect(type).toBeDefined();
    expect(findPort(document, wire.to, 'input')?.type).toBe(type);
    expect(document.wires.findIndex((other) => sameEndpoint(other.to, wire.to))).toBe(index);
  }
  expect(topologicalOrder(document)).toHaveLength(document.nodes.length);
}

/** The same nodes and wires put together anew, wires one by one. */
function rebuilt(document: GraftDocument): GraftDocument {
  const bare = { ...document, wires: [] };
  return document.wires.reduce<GraftDocument>((current, { from, to }) => edits.connect(current, from, to), bare);
}

describe('any sequence of edits', () => {
  it('leaves a sound document after every step', () => {
    fc.assert(
      fc.property(edited, ([first, sequence]) => {
        let document = first;
        for (const apply of sequence) {
          document = apply(document);
          expectSound(document);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('gives what putting the result together anew gives', () => {
    fc.assert(
      fc.property(edited, ([first, sequence]) => {
        const document = after(first, sequence);
        expect(rebuilt(document)).toEqual(document);
      }),
    );
  });

  it('never changes the document it was given', () => {
    fc.assert(
      fc.property(edited, ([first, sequence]) => {
        let document = first;
        for (const apply of sequence) {
          const before = JSON.stringify(document);
          const next = apply(document);
          expect(JSON.stringify(document)).toBe(before);
          document = next;
        }
      }),
    );
  });

  it('is read back from its file as it was, and its file is the same again', () => {
    fc.assert(
      fc.property(edited, ([first, sequence]) => {
        const document = after(first, sequence);
        const text = serializeDocument(document);
        const back = parseDocument(text, 'x.graft');
        expect(back).toEqual(document);
        expect(serializeDocument(back)).toBe(text);
      }),
    );
  });

  it('gets problems that name nodes there are, or a recipe', () => {
    fc.assert(
      fc.property(edited, ([first, sequence]) => {
        const document = after(first, sequence);
        const names = new Set(document.nodes.map(({ id }) => id));
        const found = problems(document, factsWith());
        expect(found.filter(({ node }) => node !== undefined && !names.has(node))).toEqual([]);
        // Throws where validation has let something pass that lowering cannot use.
        const recipes = found.length === 0 ? [resolveRecipe(document)] : [];
        expect(recipes.every(({ training }) => names.has(training.node))).toBe(true);
        expect(liveNumbers(document, factsWith()).nodes.size).toBe(document.nodes.length);
      }),
    );
  });

  it('lets a wire be drawn exactly where it closes no circle', () => {
    fc.assert(
      fc.property(edited, choice, choice, ([first, sequence], a, b) => {
        const document = after(first, sequence);
        const from = pick(endpoints(document, 'outputs'), a);
        const to = pick(endpoints(document, 'inputs'), b);
        if (!from || !to || findPort(document, from, 'output')?.type !== findPort(document, to, 'input')?.type) return;
        const others = document.wires.filter((wire) => !sameEndpoint(wire.to, to));
        const circular = findCycle({ ...document, wires: [...others, { from, to }] }) !== undefined;
        expect(canConnect(document, from, to).ok).toBe(!circular);
      }),
    );
  });
});
