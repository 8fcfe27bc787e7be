import { describe, expect, it } from 'vitest';
import { addNode, removeAndHeal, removeNodes, setParameter } from '#shared/document/edits.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { draftRecipe, resolveRecipe } from '#shared/document/resolve.ts';
import { GraftError } from '#shared/messages/error.ts';
import { project } from '#test/support/documents.ts';

describe('resolveRecipe', () => {
  it('gathers the settings of the chain', () => {
    const document = setParameter(setParameter(project(), 'head', 'hidden', '32'), 'training', 'epochs', 3);
    expect(resolveRecipe(document)).toMatchObject({
      data: { node: 'data', path: 'pictures' },
      backbone: { node: 'backbone', model: 'nano' },
      head: { node: 'head', hidden: [32], dropout: 0.2 },
      training: { node: 'training', epochs: 3, batchSize: 32 },
      export: { node: 'export', fileName: 'model.onnx' },
    });
  });

  it('gives absent parts their defaults', () => {
    const short = removeAndHeal(project(), ['split', 'augment', 'freeze', 'schedule', 'evaluation', 'export']);
    expect(resolveRecipe(short)).toEqual(resolveRecipe(project()));
  });

  it('goes by wires, not by names', () => {
    const { document, id } = addNode(project(), {
      kind: 'head',
      position: { x: 0, y: 0 },
      parameters: { dropout: 0.9 },
    });
    const first = { ...document, nodes: document.nodes.toReversed() };
    expect(first.nodes[0]?.id).toBe(id);
    expect(resolveRecipe(first).head).toMatchObject({ node: 'head', dropout: 0.2 });
  });

  it('throws the first problem, naming its node', () => {
    const thrown = () => resolveRecipe(setParameter(project(), 'data', 'path', ''));
    expect(thrown).toThrow(GraftError);
    expect(thrown).toThrow(expect.objectContaining({ code: 'data.folder-unset', node: 'data' }));
  });
});

describe('draftRecipe', () => {
  it('answers for any canvas', () => {
    expect(draftRecipe(emptyDocument).training).toMatchObject({ node: 'training', epochs: 30 });
  });

  it('uses what stands about while the chain is incomplete', () => {
    const broken = removeNodes(setParameter(project(), 'backbone', 'model', 'm.onnx'), ['training', 'head']);
    expect(draftRecipe(broken).backbone.model).toBe('m.onnx');
  });
});
