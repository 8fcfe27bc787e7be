/** Ways to begin a project from the start page. */
import type { GraftDocument } from '#shared/document/model.ts';
import { setParameter } from '#shared/document/edits.ts';
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

/** Asks for a folder and opens the template on it; what is no folder of pictures in classes is answered by the panel. */
export async function chooseFolderAndBegin(template: GraftDocument): Promise<void> {
  const folder = await askForPath({ title: 'Choose a folder of pictures', mode: 'folder', endings: [] });
  if (folder === undefined) return;
  const isPlain = ({ kind, can }: { kind: string; can: readonly string[] }): boolean =>
    kind === 'image-folder' && can.length > 0;
  const found = await lookAt([folder], { on: 'start' }, ({ look }) => isPlain(look));
  if (found && isPlain(found.look)) await newProject(onFolder(template, folder));
}
