import { describe, expect, it } from 'vitest';
import { instantiate } from '#shared/document/templates.ts';
import { setParameter } from '#shared/document/edits.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { folderName, titleAfterFolder } from '#renderer/store/project-title.ts';

function project(title: string, dataPath: string): GraftDocument {
  return { ...instantiate('image-classification', { dataPath, backbone: 'nano' }), title };
}

/** The title after the Photos node has been pointed at `path`. */
function titleWhen(before: GraftDocument, path: string): string {
  return titleAfterFolder(before, setParameter(before, 'data', 'path', path), 'data').title;
}

describe('the title of a project', () => {
  it('follows the folder it is named after', () => {
    expect(titleWhen(project('orchard', '/sample/orchard'), '/home/me/My shoes/')).toBe('My shoes');
    expect(titleWhen(project('orchard', 'C:\\sample\\orchard'), 'D:\\shoes')).toBe('shoes');
  });

  it('is given by the first folder where there was neither', () => {
    expect(titleWhen(project('', ''), '/home/me/shoes')).toBe('shoes');
  });

  it('stays where a person has given one, and where the folder is taken away', () => {
    expect(titleWhen(project('Spring term', '/sample/orchard'), '/home/me/shoes')).toBe('Spring term');
    expect(titleWhen(project('', '/sample/orchard'), '/home/me/shoes')).toBe('');
    expect(titleWhen(project('orchard', '/sample/orchard'), '')).toBe('orchard');
  });

  it('is not touched by other settings', () => {
    const before = project('orchard', '/sample/orchard');
    expect(titleAfterFolder(before, setParameter(before, 'head', 'dropout', 0.5), 'head').title).toBe('orchard');
  });
});

it('takes the last part of paths of either kind', () => {
  expect(folderName('/a/b c/')).toBe('b c');
  expect(folderName('C:\\a\\b')).toBe('b');
  expect(folderName('')).toBe('');
});
