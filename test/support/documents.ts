/** Documents to test with. */
import { addNode, connect } from '#shared/document/edits.ts';
import { emptyDocument, type Endpoint, type GraftDocument } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';

/** The image-classification project with a folder chosen. */
export function project(): GraftDocument {
  return instantiate('image-classification', { dataPath: 'pictures', backbone: 'nano' });
}

/** `node.port`. */
export function at(text: string): Endpoint {
  const [node = '', port = ''] = text.split('.');
  return { node, port };
}

/** Nodes of these kinds, and wires given as `from.port > to.port`. */
export function graph(kinds: readonly string[], wires: readonly string[] = []): GraftDocument {
  const placed = kinds.reduce(
    (document, kind, index) => addNode(document, { kind, position: { x: index * 300, y: 0 } }).document,
    emptyDocument,
  );
  return wires.reduce((document, wire) => {
    const [from = '', to = ''] = wire.split(' > ');
    const connected = connect(document, at(from), at(to));
    if (connected === document) throw new Error(`the wire ${wire} was refused`);
    return connected;
  }, placed);
}

/** The wires of a document as `from.port > to.port`, sorted. */
export function wiresOf(document: GraftDocument): string[] {
  return document.wires
    .map(({ from, to }) => `${from.node}.${from.port} > ${to.node}.${to.port}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
}
