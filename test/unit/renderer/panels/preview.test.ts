import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';
import { previewOf } from '#renderer/panels/start/preview.ts';

const options = { dataPath: '/photos', backbone: 'nano' };

describe('preview of a document', () => {
  it('draws every node and wire', () => {
    const document = instantiate('image-classification', options);
    const preview = previewOf(document);
    expect(preview?.nodes.length).toBe(document.nodes.length);
    expect(preview?.wires.length).toBe(document.wires.length);
    expect(preview?.wires.find((wire) => wire.id === 'data.targets-loss')?.type).toBe('targets');
  });

  it('marks the nodes in which a variant differs, and no data folder', () => {
    const usual = instantiate('image-classification', options);
    const moved = setParameter(usual, 'data', 'path', '/elsewhere');
    const variant = setParameter(setParameter(moved, 'freeze', 'mode', 'none'), 'training', 'epochs', 3);
    const special = (document: GraftDocument): string[] | undefined =>
      previewOf(document, usual)
        ?.nodes.filter((node) => node.special)
        .map((node) => node.id);
    expect(special(usual)).toEqual([]);
    expect(special(moved)).toEqual([]);
    expect(special(variant)).toEqual(['freeze', 'training']);
  });

  it('has no picture of an empty document', () => {
    expect(previewOf(emptyDocument)).toBeUndefined();
  });
});
