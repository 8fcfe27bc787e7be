/** Documents of any size, as they come from a person's hand, from a program, or from someone who means harm. */
import type { Endpoint, GraftDocument, GraphNode, Wire } from '#shared/document/model.ts';
import { emptyDocument } from '#shared/document/model.ts';

const rowLength = 100;

function node(id: string, kind: string, index: number, parameters: GraphNode['parameters'] = {}): GraphNode {
  const position = { x: (index % rowLength) * 288, y: Math.floor(index / rowLength) * 240 };
  return { id, kind, title: '', position, parameters };
}

const wire = (from: Endpoint, to: Endpoint): Wire => ({ from, to });

const count = <Item>(size: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: size }, (_, index) => make(index));

/** A whole training whose samples pass `size` nodes of a kind that gives what it takes. */
function chain(size: number): GraftDocument {
  const ids = [
    'data',
    ...count(size, (index) => `augment-${index}`),
    'backbone',
    'head',
    'loss',
    'optimizer',
    'training',
  ];
  const kindOfId = (id: string): string => (id === 'data' ? 'image-folder' : id.replace(/-\d+$/u, ''));
  const nodes = ids.map((id, index) => node(id, kindOfId(id), index, id === 'data' ? { path: 'pictures' } : {}));
  const carried = [...count(size + 1, () => 'samples'), 'features', 'predictions', 'loss', 'update'];
  const wires = carried.map((port, index) =>
    wire({ node: ids[index] as string, port }, { node: ids[index + 1] as string, port }),
  );
  return {
    ...emptyDocument,
    nodes,
    wires: [...wires, wire({ node: 'data', port: 'targets' }, { node: 'loss', port: 'targets' })],
  };
}

/** One folder that feeds all others. */
function fan(size: number): GraftDocument {
  const nodes = [
    node('data', 'image-folder', 0),
    ...count(size, (index) => node(`split-${index}`, 'split', index + 1)),
  ];
  const wires = count(size, (index) =>
    wire({ node: 'data', port: 'samples' }, { node: `split-${index}`, port: 'samples' }),
  );
  return { ...emptyDocument, nodes, wires };
}

/** Every wire ends in the same input. */
function crowd(size: number): GraftDocument {
  const nodes = [
    node('split', 'split', 0),
    ...count(size, (index) => node(`data-${index}`, 'image-folder', index + 1)),
  ];
  const wires = count(size, (index) =>
    wire({ node: `data-${index}`, port: 'samples' }, { node: 'split', port: 'samples' }),
  );
  return { ...emptyDocument, nodes, wires };
}

/** One circle, its nodes and wires in reverse order. */
function circle(size: number): GraftDocument {
  const nodes = count(size, (index) => node(`freeze-${index}`, 'freeze', index));
  const wires = count(size, (index) =>
    wire({ node: `freeze-${index}`, port: 'features' }, { node: `freeze-${(index + 1) % size}`, port: 'features' }),
  );
  return { ...emptyDocument, nodes, wires: wires.toReversed() };
}

/** Nothing but words. */
function notes(size: number): GraftDocument {
  return {
    ...emptyDocument,
    nodes: count(size, (index) => node(`note-${index}`, 'note', index, { text: `*${index}*` })),
  };
}

/** Nodes of kinds and with settings that nobody knows, and wires from nowhere to nowhere. */
function foreign(size: number): GraftDocument {
  const nodes = count(size, (index) => node(`n${index}`, `kind-${index}`, index, { [`p${index % 50}`]: [index] }));
  const wires = count(size, (index) =>
    wire(
      { node: `n${index}`, port: 'x' },
      { node: index % 3 === 0 ? `gone-${index}` : `n${(index * 7) % size}`, port: 'y' },
    ),
  );
  return { ...emptyDocument, nodes, wires };
}

/** Large documents of `size` nodes or so, by what they are made of. */
export const largeDocuments = { chain, fan, crowd, circle, notes, foreign } as const;
