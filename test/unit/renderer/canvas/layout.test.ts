import { describe, expect, it } from 'vitest';
import { connect } from '#shared/document/edits.ts';
import { instantiate } from '#shared/document/templates.ts';
import { tidyPositions } from '#renderer/canvas/layout.ts';
import { cardWidth, gridSize } from '#renderer/canvas/measures.ts';

const template = instantiate('image-classification', { dataPath: '', backbone: 'nano' });
const all = new Set(template.nodes.map(({ id }) => id));
const height = 160;

describe('tidyPositions', () => {
  it('lays cards on the grid without overlaps', async () => {
    const placed = [...(await tidyPositions(template, all, () => height)).values()];
    expect(placed).toHaveLength(template.nodes.length);
    for (const [index, a] of placed.entries()) {
      expect([Math.abs(a.x % gridSize), Math.abs(a.y % gridSize)]).toEqual([0, 0]);
      for (const b of placed.slice(index + 1)) {
        expect(Math.abs(a.x - b.x) >= cardWidth || Math.abs(a.y - b.y) >= height).toBe(true);
      }
    }
  });

  it('moves only the chosen ones, aligned by their sockets', async () => {
    const chosen = new Set(['head', 'loss']);
    const placed = await tidyPositions(template, chosen, () => height);
    expect(new Set(placed.keys())).toEqual(chosen);
    expect(placed.get('head')?.y).toBe(placed.get('loss')?.y);
    expect(placed.get('loss')?.x).toBeGreaterThan(placed.get('head')?.x ?? Infinity);
  });

  it('does not mind wires that lead out of the choice', async () => {
    const extra = connect(template, { node: 'data', port: 'samples' }, { node: 'backbone', port: 'samples' });
    expect((await tidyPositions(extra, new Set(['backbone']), () => height)).size).toBe(1);
  });
});
