/** The fast functions on documents give what the slow and simple definitions of them give, of sound documents and others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicate } from '#shared/document/clipboard.ts';
import { canConnect, fittingEndpoints } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import * as graph from '#shared/document/graph.ts';
import { emptyDocument, type Endpoint, type GraftDocument, type GraphNode, type Wire } from '#shared/document/model.ts';
import { problems } from '#shared/document/validate.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import * as slow from '#test/support/slow-graph.ts';

const kinds = [
  'freeze',
  'augment',
  'split',
  'image-folder',
  'head',
  'loss',
  'training',
  'export',
  'schedule',
  'future',
];
const ids = Array.from({ length: 9 }, (_, index) => `n${index}`);
const ports = ['features', 'samples', 'targets', 'predictions', 'update', 'model', 'loss', 'other'];

const node: fc.Arbitrary<GraphNode> = fc.record({
  id: fc.constantFrom(...ids, 'freeze', 'freeze-2', 'augment'),
  kind: fc.oneof({ arbitrary: fc.constantFrom('freeze', 'augment'), weight: 2 }, fc.constantFrom(...kinds)),
  title: fc.constant(''),
  position: fc.record({ x: fc.integer(), y: fc.integer() }),
  parameters: fc.constant({}),
});

/** Also of nodes that are not there, and of ports that no kind has. */
const end: fc.Arbitrary<Endpoint> = fc.record({
  node: fc.constantFrom(...ids, 'freeze', 'freeze-2', 'augment', 'gone', 'lost'),
  port: fc.constantFrom(...ports),
});
const anyWire = fc.record({ from: end, to: end });

/** Mostly wires that fit, of which long chains and circles are made. */
function fittingWires(nodes: readonly GraphNode[], choices: readonly (readonly [number, number])[]): Wire[] {
  const outputs = nodes.flatMap(({ id, kind }) =>
    (kindOf(kind)?.outputs ?? []).map(({ name }) => ({ node: id, port: name })),
  );
  return choices.flatMap(([a, b]) => {
    const from = outputs[a % Math.max(1, outputs.length)];
    const fitting = nodes.filter(({ kind }) => kindOf(kind)?.inputs.some(({ name }) => name === from?.port));
    const to = fitting[b % Math.max(1, fitting.length)];
    return from && to ? [{ from, to: { node: to.id, port: from.port } }] : [];
  });
}

const document: fc.Arbitrary<GraftDocument> = fc
  .tuple(
    fc.uniqueArray(node, { selector: ({ id }) => id, maxLength: 10 }),
    fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: 14 }),
    fc.array(anyWire, { maxLength: 5 }),
    fc.boolean(),
  )
  .map(([nodes, choices, others, othersFirst]) => {
    const fitting = fittingWires(nodes, choices);
    return { ...emptyDocument, nodes, wires: othersFirst ? [...others, ...fitting] : [...fitting, ...others] };
  });

const someIds = fc.array(fc.constantFrom(...ids, 'freeze', 'freeze-2', 'augment', 'gone'), { maxLength: 9 });

function check<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  holds: (...values: Values) => void,
): void {
  fc.assert(fc.property(...arbitraries, holds), { numRuns: 1500 });
}

describe('as they are defined', () => {
  it('nodes and wires are found', () => {
    check([document, end], (some, at) => {
      expect(graph.findNode(some, at.node)).toBe(slow.node(some, at.node));
      expect(graph.incomingWire(some, at)).toBe(slow.incomingWire(some, at));
      expect(graph.wiresInto(some, at.node)).toEqual(some.wires.filter(({ to }) => to.node === at.node));
      expect(graph.wiresOutOf(some, at.node)).toEqual(some.wires.filter(({ from }) => from.node === at.node));
    });
  });

  it('the graph is walked', () => {
    check([document, someIds], (some, starts) => {
      expect(graph.upstream(some, starts)).toEqual(slow.upstream(some, starts));
      expect(graph.downstream(some, starts)).toEqual(slow.downstream(some, starts));
      expect(graph.topologicalOrder(some)).toEqual(slow.topologicalOrder(some));
      expect(graph.findCycle(some)).toBe(slow.findCycle(some));
    });
  });

  it('a wire is allowed', () => {
    check([document, end], (some, at) => {
      for (const { id, kind } of some.nodes) {
        for (const { name } of kindOf(kind)?.inputs ?? []) {
          const to = { node: id, port: name };
          expect(canConnect(some, at, to).ok).toBe(slow.mayConnect(some, at, to));
        }
      }
    });
  });

  it('the places for a wire are found', () => {
    check([document, end, fc.constantFrom('input', 'output')], (some, at, side) => {
      const others = some.nodes.flatMap(({ id, kind }) =>
        (kindOf(kind)?.[side === 'output' ? 'inputs' : 'outputs'] ?? []).map(({ name }) => ({ node: id, port: name })),
      );
      expect(fittingEndpoints(some, at, side)).toEqual(
        others.filter((other) =>
          side === 'output' ? slow.mayConnect(some, at, other) : slow.mayConnect(some, other, at),
        ),
      );
    });
  });

  it('wires are drawn and taken out', () => {
    check([document, anyWire, fc.array(anyWire, { maxLength: 4 })], (some, { from, to }, gone) => {
      expect(edits.connect(some, from, to)).toEqual(slow.connect(some, from, to));
      const taken = [...gone, ...some.wires.filter((_, index) => index % 3 === 0)];
      expect(edits.disconnect(some, taken)).toEqual(slow.disconnect(some, taken));
    });
  });

  it('nodes are taken out of their wires', () => {
    check([document, someIds], (some, gone) => {
      expect(edits.removeAndHeal(some, gone)).toEqual(slow.removeAndHeal(some, gone));
    });
  });

  it('nodes are copied', () => {
    check([document, someIds, fc.boolean()], (some, chosen, keepIncoming) => {
      expect(duplicate(some, chosen, { keepIncoming }).document).toEqual(slow.duplicate(some, chosen, keepIncoming));
    });
  });

  it('many wires are drawn', () => {
    check(
      [document, fc.array(anyWire, { maxLength: 4 }), fc.array(fc.tuple(fc.nat(99), fc.nat(99)))],
      (some, others, choices) => {
        const wires = [...fittingWires(some.nodes, choices), ...others];
        const one = wires.reduce((current, { from, to }) => slow.connect(current, from, to), some);
        expect(edits.connectAll(some, wires)).toEqual(one);
      },
    );
  });

  it('problems are found', () => {
    check([document], (some) => {
      const found = problems(some);
      for (const [code, nodes] of Object.entries(slow.graphProblems(some))) {
        const named = found.filter((one) => one.code === code).map((one) => one.node ?? '');
        expect({ code, nodes: [...new Set(named)] }).toEqual({ code, nodes });
      }
    });
  });
});
