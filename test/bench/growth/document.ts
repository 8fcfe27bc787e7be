/** What documents of ten to fifty thousand nodes take to be read, checked, changed, shown and written. */
import { copy, duplicate, parseClip, paste } from '#shared/document/clipboard.ts';
import { canConnect, fittingEndpoints } from '#shared/document/connect.ts';
import * as edits from '#shared/document/edits.ts';
import { downstream, findCycle, topologicalOrder, upstream } from '#shared/document/graph.ts';
import { describe } from '#shared/document/live.ts';
import type { Endpoint, GraftDocument } from '#shared/document/model.ts';
import { parseDocument } from '#shared/document/parse.ts';
import { draftRecipe } from '#shared/document/resolve.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { applySettings } from '#shared/document/set.ts';
import { problems } from '#shared/document/validate.ts';
import { withAbsolutePaths, withRelativePaths } from '#electron/services/document-paths.ts';
import { flowEdges, flowNodes } from '#renderer/canvas/flow-items.ts';
import { changedSince, isSameWork } from '#renderer/store/changes.ts';
import { wireId } from '#shared/document/model.ts';
import { factsWith } from '#test/support/facts.ts';
import { largeDocuments } from '#test/support/large-documents.ts';
import { rounded } from '../surroundings.ts';

const sizes = [10, 100, 1000, 10_000, 50_000];
/** What took longer than this is not measured at larger sizes, milliseconds. */
const patience = 3_000;

const facts = factsWith();

const works: Readonly<Record<string, (document: GraftDocument, text: string) => unknown>> = {
  parse: (_, text) => parseDocument(text, 'large.graft'),
  serialize: serializeDocument,
  problems: (document) => problems(document, facts),
  draftRecipe,
  live: (document) => describe(document, facts),
  order: topologicalOrder,
  findCycle,
  upstream: (document) => upstream(document, [idAt(document, -1)]),
  downstream: (document) => downstream(document, [idAt(document, 0)]),
  canConnect: (document) => canConnect(document, outputAt(document, -1), inputAt(document, 0)),
  fittingEndpoints: (document) => fittingEndpoints(document, outputAt(document, 0), 'output'),
  addNode: (document) => edits.addNode(document, { kind: 'augment', position: { x: 0, y: 0 } }),
  connect: (document) => edits.connect(document, outputAt(document, 0), inputAt(document, -1)),
  disconnectAll: (document) => edits.disconnect(document, document.wires),
  removeAll: (document) => edits.removeNodes(document, idsOf(document)),
  healAll: (document) => edits.removeAndHeal(document, idsOf(document)),
  healHalf: (document) =>
    edits.removeAndHeal(
      document,
      idsOf(document).filter((_, index) => index % 2 === 1),
    ),
  moveAll: (document) => edits.moveNodes(document, new Map(idsOf(document).map((id, x) => [id, { x, y: x }]))),
  setParameter: (document) => edits.setParameter(document, idAt(document, -1), 'x', 1),
  splice: (document) => {
    const [wire] = document.wires;
    return wire && edits.spliceIntoWire(document, idAt(document, -1), wire);
  },
  copyAndParse: (document) => parseClip(copy(document, idsOf(document))),
  paste: (document) => {
    const clip = parseClip(copy(document, idsOf(document)));
    return clip && paste(document, clip, { at: { x: 0, y: 0 }, keepIncoming: true });
  },
  duplicate: (document) => duplicate(document, idsOf(document)),
  applySettings: (document) =>
    document.nodes.some(({ id }) => id === 'training') &&
    applySettings(
      document,
      Array.from({ length: 100 }, (_, index) => `training.epochs=${index + 1}`),
    ),
  absolutePaths: (document) => withRelativePaths(withAbsolutePaths(document, '/a/b.graft'), '/a/b.graft'),
  flowItems: (document) => {
    const nodes = flowNodes([], document.nodes, idsOf(document));
    const edges = flowEdges([], document, document.wires.map(wireId));
    flowNodes(nodes, document.nodes, []);
    return flowEdges(edges, document, []);
  },
  sameWork: (document) => isSameWork(document, { ...document, nodes: [...document.nodes] }),
  changedCards: (document) => document.nodes.map((node) => changedSince(document, document, node)),
};

const idsOf = (document: GraftDocument): string[] => document.nodes.map(({ id }) => id);
const idAt = (document: GraftDocument, index: number): string => document.nodes.at(index)?.id ?? '';
const outputAt = (document: GraftDocument, index: number): Endpoint =>
  document.wires.at(index)?.from ?? { node: '', port: '' };
const inputAt = (document: GraftDocument, index: number): Endpoint =>
  document.wires.at(index)?.to ?? { node: '', port: '' };

export async function measureDocument(_folder: string, say: (line: string) => void): Promise<object> {
  const measured: Record<string, Record<string, Record<string, number>>> = {};
  for (const [shape, make] of Object.entries(largeDocuments)) {
    const ofShape: Record<string, Record<string, number>> = {};
    measured[shape] = ofShape;
    for (const [name, work] of Object.entries(works)) {
      const times: Record<string, number> = {};
      ofShape[name] = times;
      for (const size of sizes) {
        const taken = milliseconds(make, size, work);
        times[size] = typeof taken === 'number' ? rounded(taken) : -1;
        if (typeof taken !== 'number') say(`${shape} of ${size}, ${name}: ${taken}`);
        if (typeof taken !== 'number' || taken > patience) break;
      }
      say(`${shape}, ${name}, ms by nodes: ${JSON.stringify(times)}`);
    }
  }
  return measured;
}

/** A new document for each measurement, so that nothing is known of it; or the error that ended the work. */
function milliseconds(
  make: (size: number) => GraftDocument,
  size: number,
  work: (document: GraftDocument, text: string) => unknown,
): number | string {
  const times: number[] = [];
  for (let round = 0; round < (size > 1000 ? 1 : 3); round++) {
    const document = make(size);
    const text = serializeDocument(document);
    const began = performance.now();
    try {
      work(document, text);
    } catch (error) {
      return String(error).slice(0, 80);
    }
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
