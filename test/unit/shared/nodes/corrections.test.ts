import { describe, expect, test } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { templates } from '#shared/document/templates.ts';
import { chooseParameter } from '#shared/document/usual.ts';
import { problems } from '#shared/document/validate.ts';
import { corrected, lapsedCorrections, photoName } from '#shared/nodes/corrections.ts';

describe('a photo in a correction', () => {
  test.each([
    ['/photos', '/photos/cat/1.jpg', 'cat/1.jpg'],
    ['/photos/', '/photos/cat/1.jpg', 'cat/1.jpg'],
    ['/photos', '/photos-2/cat/1.jpg', undefined],
    ['/photos', '/photos/a\\b.jpg', 'a\\b.jpg'],
    ['C:\\photos', 'C:\\photos\\cat\\1.jpg', 'cat/1.jpg'],
  ])('%s, %s', (folder, path, name) => {
    expect(photoName(folder, path)).toBe(name);
  });

  test('is spoken of once', () => {
    const once = corrected([], 'a/1.jpg', 'b');
    expect(corrected(once, 'a/1.jpg', '')).toEqual([{ photo: 'a/1.jpg', class: '' }]);
    expect(corrected(once, 'a/1.jpg', undefined)).toEqual([]);
  });
});

describe('corrections in a document', () => {
  const [template] = templates;
  const chain = template?.build({ dataPath: '/photos', backbone: 'nano' });
  const corrections = [{ photo: 'a/1.jpg', class: 'b' }];

  test('are valid, and lapse with the folder they are about', () => {
    if (!chain) throw new Error('no template');
    const document = chooseParameter(chain, 'data', 'corrections', corrections);
    expect(problems(document)).toEqual([]);
    const same = chooseParameter(document, 'data', 'path', '/photos');
    const limited = chooseParameter(same, 'data', 'limitPerClass', 3);
    expect(limited.nodes.find(({ id }) => id === 'data')?.parameters['corrections']).toBe(corrections);
    const other = chooseParameter(limited, 'data', 'path', '/others');
    expect(lapsedCorrections(limited, other)).toBe(1);
    expect(lapsedCorrections(document, limited)).toBe(0);
    expect(other.nodes.find(({ id }) => id === 'data')?.parameters).toEqual({ path: '/others', limitPerClass: 3 });
  });

  test('that are no corrections are refused', () => {
    if (!chain) throw new Error('no template');
    const document = setParameter(chain, 'data', 'corrections', [{ photo: '', class: 'b' }]);
    expect(problems(document).map(({ code }) => code)).toEqual(['graph.bad-parameter']);
  });
});
