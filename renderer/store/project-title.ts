/** What a project is called as long as nobody has given it a title: the folder it learns from. */
import { findNode } from '#shared/document/graph.ts';
import type { GraftDocument } from '#shared/document/model.ts';

/** Last part of a path of either kind; '' for none. */
export function folderName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
}

function folderOf(document: GraftDocument, id: string): string {
  const node = findNode(document, id);
  const path = node?.kind === 'image-folder' ? node.parameters['path'] : undefined;
  return typeof path === 'string' ? folderName(path) : '';
}

/** `changed`, named after the new folder of node `id` where `before` was named after its old one. */
export function titleAfterFolder(before: GraftDocument, changed: GraftDocument, id: string): GraftDocument {
  const folder = folderOf(changed, id);
  const isNamedAfterFolder = before.title === folderOf(before, id);
  return folder !== '' && isNamedAfterFolder ? { ...changed, title: folder } : changed;
}
