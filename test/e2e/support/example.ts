/** The example every newcomer meets: its cards and its wires, in the order a person would put them. */
import type { Point } from '#test/e2e/support/pages/canvas.ts';

/** `id` is the one a card gets on an empty canvas. */
export const exampleKinds = [
  { id: 'data', kind: 'image-folder', title: 'Photos' },
  { id: 'split', kind: 'split', title: 'Split' },
  { id: 'augment', kind: 'augment', title: 'Augment' },
  { id: 'backbone', kind: 'backbone', title: 'Backbone' },
  { id: 'freeze', kind: 'freeze', title: 'Freeze' },
  { id: 'head', kind: 'head', title: 'Head' },
  { id: 'loss', kind: 'loss', title: 'Loss' },
  { id: 'optimizer', kind: 'optimizer', title: 'Optimizer' },
  { id: 'schedule', kind: 'schedule', title: 'Schedule' },
  { id: 'training', kind: 'training', title: 'Training' },
  { id: 'evaluation', kind: 'evaluation', title: 'Evaluation' },
  { id: 'export', kind: 'export', title: 'Export' },
] as const;

type End = readonly [node: string, port: string];

function wire(from: End, to: End): { readonly from: End; readonly to: End } {
  return { from, to };
}

export const exampleWires = [
  wire(['data', 'samples'], ['split', 'samples']),
  wire(['split', 'samples'], ['augment', 'samples']),
  wire(['augment', 'samples'], ['backbone', 'samples']),
  wire(['backbone', 'features'], ['freeze', 'features']),
  wire(['freeze', 'features'], ['head', 'features']),
  wire(['head', 'predictions'], ['loss', 'predictions']),
  wire(['data', 'targets'], ['loss', 'targets']),
  wire(['loss', 'loss'], ['optimizer', 'loss']),
  wire(['optimizer', 'update'], ['schedule', 'update']),
  wire(['schedule', 'update'], ['training', 'update']),
  wire(['training', 'model'], ['evaluation', 'model']),
  wire(['training', 'model'], ['export', 'model']),
];

/** Where the middle of a card's top goes on the canvas when it is dropped: two rows that do not touch. */
export function exampleSpot(index: number, canvas: { readonly width: number; readonly height: number }): Point {
  const columns = exampleKinds.length / 2;
  const row = Math.floor(index / columns);
  return {
    x: Math.round(((index % columns) + 0.5) * (canvas.width / columns)),
    y: Math.round(canvas.height * (row === 0 ? 0.12 : 0.5)),
  };
}
