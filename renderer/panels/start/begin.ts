/** Ways to begin a project from the start page. */
import type { GraftDocument } from '#shared/document/model.ts';
import { setParameter } from '#shared/document/edits.ts';
import type { LookKind } from '#shared/protocol/look.ts';
import { lookAt } from '#renderer/store/bringing.ts';
import { askForPath } from '#renderer/store/interface.ts';
import { folderName } from '#renderer/store/project-title.ts';
import { newProject } from '#renderer/store/project.ts';

/** The template's document with its data read from `folder`, named after that folder. */
export function onFolder(template: GraftDocument, folder: string): GraftDocument {
  const data = template.nodes.find((node) => node.kind === 'image-folder');
  const titled = { ...template, title: folderName(folder) };
  return data === undefined ? titled : setParameter(titled, data.id, 'path', folder);
}

/** Kinds that a folder may be taken for when somebody has said that it is of pictures; its card says what it lacks. */
const plain: ReadonlySet<LookKind> = new Set(['image-folder', 'loose-images', 'unknown']);

/** Asks for a folder and opens the template on it; the panel answers where the folder is of another kind. */
export async function chooseFolderAndBegin(template: GraftDocument): Promise<void> {
  const folder = await askForPath({ title: 'Choose a folder of pictures', mode: 'folder', endings: [] });
  if (folder === undefined) return;
  const found = await lookAt([folder], { on: 'start' }, ({ look }) => plain.has(look.kind));
  if (found && plain.has(found.look.kind)) await newProject(onFolder(template, folder));
}
