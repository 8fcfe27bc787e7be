/**
 * Paths inside a document. In a file they are relative to the file where that makes sense, with forward slashes, so
 * that a project and its data can be moved together; in memory they are always absolute. Reading and saving
 * translate here and nowhere else.
 */
import { dirname, isAbsolute, parse, relative, resolve, sep } from 'node:path';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { isModelFile } from '#shared/nodes/backbone.ts';
import { longestPath } from '#shared/nodes/kind.ts';
import { parametersOf } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';

/** Document for the window and the engine; `file` is where it was read from. */
export function withAbsolutePaths(document: GraftDocument, file: string): GraftDocument {
  const folder = dirname(resolve(file));
  return mapPaths(document, (path) => (isAbsolute(path) ? path : resolve(folder, path)));
}

/** Document for the disk; `file` is where it will be. */
export function withRelativePaths(document: GraftDocument, file: string): GraftDocument {
  const folder = dirname(resolve(file));
  return mapPaths(document, (path) =>
    isAbsolute(path) && shareFolder(path, folder) ? toRelative(path, folder) : path,
  );
}

function toRelative(path: string, folder: string): string {
  const way = relative(folder, path).split(sep).join('/');
  return way === '' ? '.' : way;
}

/** Two places have something in common when more than the root of the file system lies above both. */
function shareFolder(path: string, folder: string): boolean {
  const root = parse(path).root;
  if (root.toLowerCase() !== parse(folder).root.toLowerCase()) return false;
  const first = (place: string): string | undefined => place.slice(root.length).split(sep).find(Boolean);
  return first(path) !== undefined && first(path) === first(folder);
}

/** The files and folders that a document names, each with the node that does. */
export function pathsOf(document: GraftDocument): { readonly node: string; readonly path: string }[] {
  const found: { node: string; path: string }[] = [];
  for (const node of document.nodes) {
    mapNode(node, (path) => {
      found.push({ node: node.id, path });
      return path;
    });
  }
  return found;
}

function mapPaths(document: GraftDocument, map: (path: string) => string): GraftDocument {
  return { ...document, nodes: document.nodes.map((node) => mapNode(node, map)) };
}

function mapNode(node: GraphNode, map: (path: string) => string): GraphNode {
  const kind = kindOf(node.kind);
  if (!kind) return node;
  const changed: Record<string, string> = {};
  for (const { name, meta } of parametersOf(kind)) {
    const value = node.parameters[name];
    // What is too long for any system stays as it is, for the checks to refuse.
    if (typeof value !== 'string' || value === '' || value.length > longestPath) continue;
    if (meta.control === 'folder' || (meta.control === 'model-file' && isModelFile(value))) changed[name] = map(value);
  }
  return { ...node, parameters: { ...node.parameters, ...changed } };
}
