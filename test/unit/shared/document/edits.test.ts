import { describe, expect, it } from 'vitest';
import {
  addNode,
  canSplice,
  connect,
  disconnect,
  moveNodes,
  removeAndHeal,
  removeNodes,
  renameNode,
  setParameter,
  spliceIntoWire,
} from '#shared/document/edits.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { at, graph, project, wiresOf } from '#test/support/documents.ts';

describe('addNode', () => {
  it('gives conventional ids, then numbered ones', () => {
    let document = emptyDocument;
    const ids = ['image-folder', 'image-folder', 'image-folder', 'future-kind'].map((kind) => {
      const added = addNode(document, { kind, position: { x: 0, y: 0 } });
      document = added.document;
      return added.id;
    });
    expect(ids).toEqual(['data', 'data-2', 'data-3', 'future-kind']);
  });

  it('uses a number again when it has become free', () => {
    const document = removeNodes(graph(['head', 'head', 'head']), ['head-2']);
    expect(addNode(document, { kind: 'head', position: { x: 0, y: 0 } }).id).toBe('head-2');
  });
});

describe('removing', () => {
  it('takes the wires along and heals nothing', () => {
    const document = removeNodes(project(), ['augment']);
    expect(document.nodes.map(({ id }) => id)).not.toContain('augment');
    expect(wiresOf(document).filter((wire) => wire.includes('augment'))).toEqual([]);
    expect(wiresOf(document)).not.toContain('split.samples > backbone.samples');
  });

  it('joins what a removed node joined', () => {
    expect(wiresOf(removeAndHeal(project(), ['augment']))).toContain('split.samples > backbone.samples');
    expect(wiresOf(removeAndHeal(project(), ['schedule']))).toContain('optimizer.update > training.update');
  });

  it('heals over several nodes in a row, in any order', () => {
    for (const ids of [
      ['split', 'augment'],
      ['augment', 'split'],
    ]) {
      expect(wiresOf(removeAndHeal(project(), ids))).toContain('data.samples > backbone.samples');
    }
  });

  it('joins every wire a node fed', () => {
    const document = graph(
      ['image-folder', 'split', 'augment', 'backbone'],
      ['data.samples > split.samples', 'split.samples > augment.samples', 'split.samples > backbone.samples'],
    );
    expect(wiresOf(removeAndHeal(document, ['split']))).toEqual([
      'data.samples > augment.samples',
      'data.samples > backbone.samples',
    ]);
  });

  it('does not join what does not fit', () => {
    expect(wiresOf(removeAndHeal(project(), ['head']))).toHaveLength(10);
  });
});

describe('connecting', () => {
  it('replaces the wire that was in the input', () => {
    const document = connect(project(), at('data.samples'), at('backbone.samples'));
    expect(wiresOf(document)).toContain('data.samples > backbone.samples');
    expect(wiresOf(document)).not.toContain('augment.samples > backbone.samples');
  });

  it('keeps the other wires of an output', () => {
    const document = connect(project(), at('data.samples'), at('backbone.samples'));
    expect(wiresOf(document)).toContain('data.samples > split.samples');
  });

  it('changes nothing where a wire is refused or there already', () => {
    const document = project();
    expect(connect(document, at('data.targets'), at('backbone.samples'))).toBe(document);
    expect(connect(document, at('data.samples'), at('split.samples'))).toBe(document);
  });

  it('takes wires out', () => {
    const document = project();
    const [wire] = document.wires;
    expect(disconnect(document, [wire!]).wires).toHaveLength(document.wires.length - 1);
    expect(disconnect(document, [{ from: at('a.b'), to: at('c.d') }])).toBe(document);
  });
});

describe('nodes in place', () => {
  it('moves only what is named', () => {
    const document = project();
    const moved = moveNodes(document, new Map([['head', { x: 4, y: 8 }]]));
    expect(moved.nodes.find(({ id }) => id === 'head')?.position).toEqual({ x: 4, y: 8 });
    expect(moved.nodes.filter((node, index) => node !== document.nodes[index])).toHaveLength(1);
    expect(moveNodes(document, new Map([['data', { x: 0, y: 0 }]]))).toBe(document);
  });

  it('sets a parameter, and goes back to the default', () => {
    const document = setParameter(project(), 'training', 'epochs', 5);
    expect(document.nodes.find(({ id }) => id === 'training')?.parameters).toEqual({ epochs: 5 });
    expect(setParameter(document, 'training', 'epochs', 5)).toBe(document);
    expect(setParameter(document, 'training', 'epochs', undefined)).toEqual(project());
  });

  it('renames', () => {
    const document = renameNode(project(), 'head', 'My head');
    expect(document.nodes.find(({ id }) => id === 'head')?.title).toBe('My head');
    expect(renameNode(document, 'head', 'My head')).toBe(document);
  });
});

describe('splicing', () => {
  const wire = { from: at('data.samples'), to: at('backbone.samples') };
  const loose = () => graph(['image-folder', 'backbone', 'augment', 'head'], ['data.samples > backbone.samples']);

  it('puts a node into a wire', () => {
    expect(canSplice(loose(), 'augment', wire)).toBe(true);
    expect(wiresOf(spliceIntoWire(loose(), 'augment', wire))).toEqual([
      'augment.samples > backbone.samples',
      'data.samples > augment.samples',
    ]);
  });

  it('leaves alone what does not fit', () => {
    const document = loose();
    expect(spliceIntoWire(document, 'head', wire)).toBe(document);
    expect(spliceIntoWire(document, 'data', wire)).toBe(document);
    expect(spliceIntoWire(document, 'augment', { ...wire, to: at('head.features') })).toBe(document);
  });

  it('takes no wire from a node that is fed already', () => {
    const document = graph(
      ['image-folder', 'image-folder', 'augment', 'backbone'],
      ['data-2.samples > augment.samples', 'data.samples > backbone.samples'],
    );
    expect(spliceIntoWire(document, 'augment', wire)).toBe(document);
  });

  it('takes no node out of the wire it is in', () => {
    const [document, inChain] = [project(), { from: at('data.samples'), to: at('split.samples') }];
    expect(spliceIntoWire(document, 'augment', inChain)).toBe(document);
  });

  it('closes no circle', () => {
    const document = graph(
      ['freeze', 'freeze', 'freeze'],
      ['freeze.features > freeze-2.features', 'freeze-2.features > freeze-3.features'],
    );
    const last = { from: at('freeze-2.features'), to: at('freeze-3.features') };
    expect(canSplice(document, 'freeze', last)).toBe(false);
  });
});
