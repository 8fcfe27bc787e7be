import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { problems } from '#shared/document/validate.ts';
import { withAbsolutePaths, withRelativePaths } from '#electron/services/document-paths.ts';
import { project } from '#test/support/documents.ts';

describe('paths that no system has', () => {
  it.each(['a/'.repeat(500_000), '../'.repeat(500_000), 'x'.repeat(40_000)])(
    'stay as they are and are refused',
    (path) => {
      const document = setParameter(setParameter(project(), 'data', 'path', path), 'backbone', 'model', `${path}.onnx`);
      expect(withAbsolutePaths(document, '/projects/x.graft')).toEqual(document);
      expect(withRelativePaths(document, '/projects/x.graft')).toEqual(document);
      expect(problems(document).map(({ message }) => message)).toEqual([
        '“Photos”: Folder must have at most 32767 characters.',
        '“Backbone”: Model must have at most 32767 characters.',
      ]);
    },
  );
});

describe('paths that are as long as they may be', () => {
  it('are absolute in memory and relative in files', () => {
    const path = 'a/'.repeat(10_000);
    const document = withAbsolutePaths(setParameter(project(), 'data', 'path', path), '/projects/x.graft');
    expect(document.nodes[0]?.parameters['path']).toBe(`/projects/${path.slice(0, -1)}`);
    expect(withRelativePaths(document, '/projects/x.graft').nodes[0]?.parameters['path']).toBe(path.slice(0, -1));
  });
});
