import { expect, it } from 'vitest';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import { suggestedFile } from '#renderer/panels/results/export-facts.ts';

const named: GraftDocument = {
  ...emptyDocument,
  nodes: [{ id: 'export', kind: 'export', title: '', position: { x: 0, y: 0 }, parameters: { fileName: 'hats.onnx' } }],
};

it.each([
  [named, '/home/ada/hats/hats.graft', '/home/ada/hats/hats.onnx'],
  [named, 'C:\\hats\\hats.graft', 'C:\\hats\\hats.onnx'],
  [emptyDocument, '', '/home/ada/model.onnx'],
  [{ ...emptyDocument, title: 'Hats: 2/3' }, '', '/home/ada/Hats 23.onnx'],
])('suggests a file beside the project, else at home', (document, path, file) => {
  expect(suggestedFile({ document, path }, '/home/ada')).toBe(file);
});
