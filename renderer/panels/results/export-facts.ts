/** What the export dialog takes from the project. Pure. */
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import type { GraftDocument } from '#shared/document/model.ts';

/**
 * Where an exported model goes unless the person says otherwise: beside the project, else in the home folder,
 * under the name the Export node gives, else the project's. Absolute, with the separators of `path` or `home`.
 */
export function suggestedFile(
  project: { readonly document: GraftDocument; readonly path: string },
  home: string,
): string {
  const kind = kindOf('export');
  const node = project.document.nodes.find((candidate) => candidate.kind === 'export');
  const given = node?.parameters['fileName'];
  const usual = kind === undefined ? 'model.onnx' : String(effectiveParameters(kind, {})['fileName']);
  const name = typeof given === 'string' ? given : fileNameFrom(project.document.title, usual);
  const cut = Math.max(project.path.lastIndexOf('/'), project.path.lastIndexOf('\\'));
  const folder = cut < 0 ? home : project.path.slice(0, cut);
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder === '' ? name : `${folder}${separator}${name}`;
}

function fileNameFrom(title: string, usual: string): string {
  const plain = title.replaceAll(/[^\p{L}\p{N} ._-]/gu, '').trim();
  return plain === '' ? usual : `${plain}.onnx`;
}
