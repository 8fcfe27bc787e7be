import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instantiate, templates } from '#shared/document/templates.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { problems } from '#shared/document/validate.ts';
import { factsWith } from '#test/support/facts.ts';

const options = { dataPath: '../pictures', backbone: 'nano' };
const cardWidth = 240;
const cardHeight = 210;

const golden = (id: string) => new URL(`../../../golden/documents/${id}.graft`, import.meta.url);

describe.each(templates)('the template $id', ({ id, summary }) => {
  const document = instantiate(id, options);

  it('has the same text as ever', () => {
    const text = serializeDocument(document);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden(id), text);
    expect(text).toBe(readFileSync(golden(id), 'utf8'));
  });

  it('is described in a sentence', () => {
    expect(summary).toMatch(/\.$/u);
  });

  it('is ready to train, unless it is empty', () => {
    const codes = problems(document, factsWith()).map(({ code }) => code);
    expect(codes).toEqual(id === 'blank' ? ['graph.no-training'] : []);
  });

  it('lays its cards on the grid, apart from each other', () => {
    for (const { position } of document.nodes) {
      expect([position.x % 4, position.y % 4]).toEqual([0, 0]);
    }
    for (const [index, a] of document.nodes.entries()) {
      for (const b of document.nodes.slice(index + 1)) {
        const apart =
          Math.abs(a.position.x - b.position.x) >= cardWidth + 40 ||
          Math.abs(a.position.y - b.position.y) >= cardHeight + 20;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });
});

describe('instantiate', () => {
  it('uses the conventional names', () => {
    expect(instantiate('image-classification', options).nodes.map(({ id }) => id)).toEqual([
      'data',
      'split',
      'augment',
      'backbone',
      'freeze',
      'head',
      'loss',
      'optimizer',
      'schedule',
      'training',
      'evaluation',
      'export',
    ]);
  });

  it('names data and backbone as told', () => {
    const recipe = resolveRecipe(instantiate('image-classification', { dataPath: 'd', backbone: 'r.onnx' }));
    expect(recipe).toMatchObject({ data: { path: 'd' }, backbone: { model: 'r.onnx' } });
  });

  it('fine-tunes the last stage, or all where that is not known', () => {
    expect(resolveRecipe(instantiate('fine-tune', options)).freeze).toMatchObject({ mode: 'until', stage: 'stage5' });
    const other = { dataPath: 'd', backbone: 'r.onnx' };
    expect(resolveRecipe(instantiate('fine-tune', other)).freeze.mode).toBe('none');
    expect(resolveRecipe(instantiate('fine-tune', { ...other, lastStage: 'layer4' })).freeze).toMatchObject({
      mode: 'until',
      stage: 'layer4',
    });
  });

  it('names the templates there are', () => {
    expect(() => instantiate('poetry', options)).toThrow(
      expect.objectContaining({ code: 'document.unknown-template', remedy: expect.stringContaining('quick-look') }),
    );
  });
});
