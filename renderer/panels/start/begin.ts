/** Ways to begin a project from the start page. */
import { notifications } from '@mantine/notifications';
import type { GraftDocument } from '#shared/document/model.ts';
import { setParameter } from '#shared/document/edits.ts';
import { formatPercent } from '#shared/core/format.ts';
import { type Drop, hostPathOf } from '#renderer/platform/drop.ts';
import { askForPath } from '#renderer/store/interface.ts';
import { folderName } from '#renderer/store/project-title.ts';
import { newProject, openProject, openProjectText } from '#renderer/store/project.ts';

/** The template's document with its data read from `folder`, named after that folder. */
export function onFolder(template: GraftDocument, folder: string): GraftDocument {
  const data = template.nodes.find((node) => node.kind === 'image-folder');
  const titled = { ...template, title: folderName(folder) };
  return data === undefined ? titled : setParameter(titled, data.id, 'path', folder);
}

/** Asks for a folder of pictures and opens the template on it. */
export async function chooseFolderAndBegin(template: GraftDocument): Promise<void> {
  const folder = await askForPath({ title: 'Choose a folder of pictures', mode: 'folder', endings: [] });
  if (folder !== undefined) await newProject(onFolder(template, folder));
}

/** Begins with what was dropped: a folder of pictures, or a project file. */
export async function beginWithDrop(drop: Drop, template: GraftDocument): Promise<void> {
  const file = drop.files[0];
  if (drop.folder !== '') {
    await newProject(onFolder(template, await handOver(drop)));
  } else if (file?.name.endsWith('.graft')) {
    if (drop.path !== '') await openProject(drop.path);
    else await openProjectText(await file.file.text(), file.name);
  } else {
    notifications.show({
      title: `${file?.name ?? 'This'} cannot be opened.`,
      message: 'Drop a folder with one sub-folder of pictures per class, or a .graft project.',
    });
  }
}

/** Path of a dropped folder on the host; a browser window sends its files there first. */
async function handOver(drop: Drop): Promise<string> {
  if (drop.path !== '') return drop.path;
  const title = `Handing ${drop.folder} to Graft on this computer…`;
  const id = notifications.show({ title, message: formatPercent(0, 0), loading: true, autoClose: false });
  try {
    return await hostPathOf(drop, (share) =>
      notifications.update({ id, title, message: formatPercent(share, 0), loading: true, autoClose: false }),
    );
  } finally {
    notifications.hide(id);
  }
}
