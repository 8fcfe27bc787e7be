import { describe, expect, it } from 'vitest';
import { copy, duplicate, parseClip, paste } from '#shared/document/clipboard.ts';
import { setParameter } from '#shared/document/edits.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { graph, project, wiresOf } from '#test/support/documents.ts';

function clip(ids: readonly string[], document = project()) {
  return parseClip(copy(document, ids))!;
}

describe('copy and paste', () => {
  it('brings nodes, settings and the wires among them into another project', () => {
    const source = setParameter(project(), 'head', 'dropout', 0.5);
    const { document, ids } = paste(emptyDocument, clip(['freeze', 'head'], source));
    expect(ids).toEqual(['freeze', 'head']);
    expect(wiresOf(document)).toEqual(['freeze.features > head.features']);
    expect(document.nodes[1]?.parameters).toEqual({ dropout: 0.5 });
  });

  it('takes what was copied from an earlier version', () => {
    const now: unknown = JSON.parse(copy(graph(['backbone']), ['backbone']));
    const pasted = parseClip(JSON.stringify({ ...(now as object), format: 2 }));
    expect(pasted?.nodes[0]?.parameters).toEqual({ model: 'nano' });
    expect(parseClip(JSON.stringify({ ...(now as object), format: 2, nodes: 'none' }))).toBeUndefined();
    expect(parseClip(JSON.stringify({ ...(now as object), format: 1 }))).toBeUndefined();
  });

  it('gives new ids and drops outside wires', () => {
    const { document, ids } = paste(project(), clip(['augment', 'backbone']));
    expect(ids).toEqual(['augment-2', 'backbone-2']);
    expect(wiresOf(document).filter((wire) => wire.includes('-2'))).toEqual(['augment-2.samples > backbone-2.samples']);
    expect(wiresOf(document)).toEqual(expect.arrayContaining(wiresOf(project())));
  });

  it('keeps incoming wires when asked to', () => {
    const { document } = paste(project(), clip(['head']), { keepIncoming: true });
    expect(wiresOf(document)).toContain('freeze.features > head-2.features');
    expect(wiresOf(document)).toContain('freeze.features > head.features');
  });

  it('keeps no incoming wire whose source is not there, or is another thing', () => {
    const kept = paste(graph(['image-folder']), clip(['head']), { keepIncoming: true });
    expect(kept.document.wires).toEqual([]);
    const renamed = {
      ...graph(['image-folder']),
      nodes: graph(['note']).nodes.map((node) => ({ ...node, id: 'freeze' })),
    };
    expect(paste(renamed, clip(['head']), { keepIncoming: true }).document.wires).toEqual([]);
  });

  it('places copies beside the originals, or where told', () => {
    const beside = paste(project(), clip(['head', 'loss'])).document.nodes.slice(-2);
    const head = project().nodes.find(({ id }) => id === 'head')!.position;
    expect(beside[0]?.position).toEqual({ x: head.x + 32, y: head.y + 32 });
    const placed = paste(project(), clip(['head', 'loss']), { at: { x: 1000, y: 2000 } }).document.nodes.slice(-2);
    expect(placed[0]?.position).toEqual({ x: 1000, y: 2000 });
    expect(placed[1]!.position.x - placed[0]!.position.x).toBe(beside[1]!.position.x - beside[0]!.position.x);
  });

  it('is not fooled by a wire that claims to be among the nodes', () => {
    const forged = { ...clip(['head']), wires: clip(['head']).incoming };
    expect(paste(project(), forged).document.wires).toEqual(project().wires);
  });

  it.each([
    '',
    'hello',
    '{}',
    '[]',
    'null',
    '{"graft":"nodes"}',
    '{"graft":"nodes","format":2,"nodes":[],"wires":[],"incoming":[]}',
  ])('takes %j for foreign text', (text) => expect(parseClip(text)).toBeUndefined());
});

describe('duplicate', () => {
  it('copies beside', () => {
    const { document, ids } = duplicate(project(), ['loss', 'optimizer']);
    expect(ids).toEqual(['loss-2', 'optimizer-2']);
    expect(wiresOf(document)).toContain('loss-2.loss > optimizer-2.loss');
    expect(wiresOf(document)).not.toContain('head.predictions > loss-2.predictions');
  });

  it('of nothing is nothing', () => {
    const document = project();
    expect(duplicate(document, ['nobody'])).toEqual({ document, ids: [] });
  });
});
