/** Every node kind there is, in the order of the palette. */
import { augment } from './augment.ts';
import { backbone } from './backbone.ts';
import { evaluation } from './evaluation.ts';
import { exportModel } from './export.ts';
import { freeze } from './freeze.ts';
import { head } from './head.ts';
import { imageFolder } from './image-folder.ts';
import type { NodeKind } from './kind.ts';
import { loss } from './loss.ts';
import { note } from './note.ts';
import { optimizer } from './optimizer.ts';
import { schedule } from './schedule.ts';
import { split } from './split.ts';
import { training } from './training.ts';

export const nodeKinds: readonly NodeKind[] = [
  imageFolder,
  split,
  augment,
  backbone,
  freeze,
  head,
  loss,
  optimizer,
  schedule,
  training,
  evaluation,
  exportModel,
  note,
];

const byKind = new Map(nodeKinds.map((kind) => [kind.kind, kind]));
const byId = new Map(nodeKinds.map((kind) => [kind.id, kind]));

export function kindOf(name: string): NodeKind | undefined {
  return byKind.get(name);
}

/** The kind whose conventional node id this is: `data` is an image folder. */
export function kindByConventionalId(id: string): NodeKind | undefined {
  return byId.get(id);
}
