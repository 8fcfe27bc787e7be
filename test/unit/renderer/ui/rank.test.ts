import { describe, expect, it } from 'vitest';
import { nodeKinds } from '#shared/nodes/registry.ts';
import { rank } from '#renderer/ui/rank.ts';

function best(query: string): string | undefined {
  const scored = nodeKinds.map((kind) => ({ title: kind.title, score: rank(query, kind.title, kind.synonyms) }));
  return scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score)[0]?.title;
}

describe('rank', () => {
  it.each([
    ['opt', 'Optimizer'],
    ['adam', 'Optimizer'],
    ['cross-entropy', 'Loss'],
    ['pictures', 'Photos'],
    ['unfreeze', 'Freeze'],
    ['confusion', 'Evaluation'],
  ])('finds by “%s” the node %s', (query, title) => {
    expect(best(query)).toBe(title);
  });

  it('wants every word', () => {
    expect(rank('train zebra', 'Training', ['run'])).toBe(0);
  });

  it('puts the start of the name before a synonym and that before the inside', () => {
    const name = rank('ex', 'Export', []);
    const synonym = rank('ex', 'Head', ['extra']);
    const inside = rank('ex', 'Texture', []);
    expect(name).toBeGreaterThan(synonym);
    expect(synonym).toBeGreaterThan(inside);
  });
});
