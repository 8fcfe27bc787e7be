import { describe, expect, it } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
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

  it('marks the nodes a template is about, and no data folder', () => {
    const special = (id: string): string[] | undefined =>
      previewOf(instantiate(id, options))
        ?.nodes.filter((node) => node.special)
        .map((node) => node.id);
    expect(special('image-classification')).toEqual([]);
    expect(special('fine-tune')).toEqual(['freeze']);
    expect(special('quick-look')).toEqual(['data', 'training']);
  });

  it('has no picture of an empty document', () => {
    expect(previewOf(emptyDocument)).toBeUndefined();
  });
});
