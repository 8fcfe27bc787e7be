import { expect, test } from 'vitest';
import { differences } from '#shared/document/difference.ts';
import { addNode, disconnect, removeNodes, setParameter } from '#shared/document/edits.ts';
import { applySettings } from '#shared/document/set.ts';
import { project } from '#test/support/documents.ts';

test.each([
  [['freeze.mode=none'], ['Freeze: the whole backbone → nothing']],
  [
    ['optimizer.learningRate=0.5', 'training.epochs=3'],
    ['Optimizer, learning rate: 0.01 → 0.5', 'Training, epochs: 30 → 3'],
  ],
  [['augment.enabled=true'], ['Augment, vary the pictures: off → on']],
  [['head.hidden=128,64'], ['Head, hidden layers: none → 128, 64']],
  [['backbone.model=/models/resnet.onnx'], ['Backbone, model: nano → resnet.onnx']],
  [[], []],
] as const)('after %s', (changes, said) => {
  expect(differences(project(), applySettings(project(), changes))).toEqual(said);
});

test('a fingerprint of the same model is not told', () => {
  const hash = 'a'.repeat(64);
  expect(differences(project(), setParameter(project(), 'backbone', 'hash', hash))).toEqual([]);
});

test('corrections are counted', () => {
  const corrections = [{ photo: 'a/1.jpg', class: 'b' }];
  expect(differences(project(), setParameter(project(), 'data', 'corrections', corrections))).toEqual([
    'Photos, corrections: 0 photos → 1 photo',
  ]);
});

test('cards and wires that came and went, but not notes', () => {
  const noted = addNode(project(), { kind: 'note', position: { x: 0, y: 0 } }).document;
  expect(differences(project(), noted)).toEqual([]);
  expect(differences(project(), removeNodes(noted, ['export']))).toEqual(['Export taken out']);
  expect(differences(removeNodes(project(), ['export']), project())).toEqual(['Export added']);
  expect(differences(project(), disconnect(project(), project().wires.slice(0, 1)))).toEqual(['wired otherwise']);
});
